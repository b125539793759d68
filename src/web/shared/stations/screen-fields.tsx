// The fields for a station's screen and language, for one station and for several.
import { Field, Select } from '@fluentui/react-components';
import { useLingui } from '@lingui/react';
import type { ReactNode } from 'react';
import { orientations, stationLanguages } from '#model/station.ts';
import type { Orientation, StationLanguage } from '#model/station.ts';
import { languages, msg } from '../i18n.ts';

const orientationLabels: Readonly<Record<Orientation, string>> = {
  landscape: msg('Landscape'),
  portrait: msg('Portrait'),
  'landscape-flipped': msg('Landscape, upside down'),
  'portrait-flipped': msg('Portrait, the other way round'),
};

export function OrientationField(props: { value: Orientation; choose: (orientation: Orientation) => void }): ReactNode {
  const { _ } = useLingui();
  return (
    <Field label={_('Orientation')}>
      <Select value={props.value} onChange={(_event, data) => props.choose(data.value as Orientation)}>
        {orientations.map((orientation) => (
          <option key={orientation} value={orientation}>
            {_(orientationLabels[orientation])}
          </option>
        ))}
      </Select>
    </Field>
  );
}

export function LanguageField(props: { value: StationLanguage; choose: (language: StationLanguage) => void }): ReactNode {
  const { _ } = useLingui();
  return (
    <Field label={_('Language')}>
      <Select value={props.value} onChange={(_event, data) => props.choose(data.value as StationLanguage)}>
        {stationLanguages.map((language) => (
          <option key={language} value={language}>
            {language === '' ? _('As its browser') : languages[language]}
          </option>
        ))}
      </Select>
    </Field>
  );
}
