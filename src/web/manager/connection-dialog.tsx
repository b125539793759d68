// Saves a link file that opens the Manager, the Dashboard or a station on a device of the kind that one chooses.
import { Field, Input, MessageBar, MessageBarBody, Radio, RadioGroup, Text } from '@fluentui/react-components';
import { useLingui } from '@lingui/react';
import { useState } from 'react';
import type { ReactNode } from 'react';
import { connectionFile, connectionPages, connectionPaths, connectionSystems } from '#model/connection-file.ts';
import type { ConnectionPage, ConnectionSystem } from '#model/connection-file.ts';
import { FormDialog } from '../shared/form-dialog.tsx';
import { msg } from '../shared/i18n.ts';
import { saveFile } from '../shared/save-file.ts';

const pageLabels: Readonly<Record<ConnectionPage, string>> = {
  manager: msg('Manager'),
  dashboard: msg('Dashboard'),
  station: msg('Station'),
};

const systemLabels: Readonly<Record<ConnectionSystem, string>> = {
  windows: msg('Windows (.url)'),
  mac: msg('macOS (.webloc)'),
  linux: msg('Linux (.desktop)'),
};

/** Most likely the next device is of the kind of this one. */
function systemHere(): ConnectionSystem {
  if (navigator.userAgent.includes('Windows')) return 'windows';
  return navigator.userAgent.includes('Mac') ? 'mac' : 'linux';
}

/** The address without a page; null where it is none that a browser would open so. */
function originOf(given: string): URL | null {
  const url = URL.parse(given.trim());
  if (url === null || url.protocol !== 'https:' || url.username !== '' || url.password !== '') return null;
  return url.pathname === '/' && url.search === '' && url.hash === '' ? url : null;
}

const isLoopback = ({ hostname }: URL): boolean =>
  hostname === 'localhost' || hostname === '[::1]' || hostname.startsWith('127.');

export function ConnectionDialog({ close }: { close: () => void }): ReactNode {
  const { _ } = useLingui();
  const [page, setPage] = useState<ConnectionPage>('station');
  const [system, setSystem] = useState(systemHere);
  const [given, setGiven] = useState(location.origin);
  const origin = originOf(given);
  const file =
    origin === null
      ? null
      : connectionFile(system, {
          address: new URL(connectionPaths[page], origin).href,
          title: `Stationmaster ${_(pageLabels[page])} - ${origin.hostname}`,
        });
  return (
    <FormDialog
      title={_('Save connection files')}
      verb={_('Save file')}
      valid={file !== null}
      send={async () => {
        if (file !== null) saveFile(file.name, 'application/octet-stream', file.text);
      }}
      close={close}
    >
      <Text>{_('Opened by a double-click on another device, the file shows this page in its browser.')}</Text>
      <Field label={_('What it opens')}>
        <RadioGroup value={page} layout="horizontal" onChange={(_event, data) => setPage(data.value as ConnectionPage)}>
          {connectionPages.map((each) => (
            <Radio key={each} value={each} label={_(pageLabels[each])} />
          ))}
        </RadioGroup>
      </Field>
      <Field label={_('For which device')}>
        <RadioGroup value={system} onChange={(_event, data) => setSystem(data.value as ConnectionSystem)}>
          {connectionSystems.map((each) => (
            <Radio key={each} value={each} label={_(systemLabels[each])} />
          ))}
        </RadioGroup>
      </Field>
      <Field
        label={_('Address of this computer')}
        hint={file === null ? '' : _('File: {name}', { name: file.name })}
        {...(file === null && { validationMessage: _('An address such as https://room.example:8443.') })}
      >
        <Input
          value={given}
          maxLength={300}
          spellCheck={false}
          autoComplete="off"
          onChange={(_event, data) => setGiven(data.value)}
        />
      </Field>
      {origin !== null && isLoopback(origin) && (
        <MessageBar intent="warning" layout="multiline">
          <MessageBarBody>
            {_('This address works on the computer itself only. Other devices need its name or its address in the network.')}
          </MessageBarBody>
        </MessageBar>
      )}
    </FormDialog>
  );
}
