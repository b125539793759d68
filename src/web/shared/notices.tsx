// Short notices of what was done or went wrong; screen readers say them.
import { Toast, ToastBody, ToastTitle, useToastController } from '@fluentui/react-components';
import { useMemo } from 'react';
import { textOf } from './api.ts';

export const toasterId = 'notices';

export interface Notices {
  done: (text: string) => void;
  /** What was tried, and the error that came of it. */
  failed: (what: string, error: unknown) => void;
}

export function useNotices(): Notices {
  const { dispatchToast } = useToastController(toasterId);
  return useMemo(
    () => ({
      done: (text) =>
        dispatchToast(
          <Toast>
            <ToastTitle>{text}</ToastTitle>
          </Toast>,
          { intent: 'success' },
        ),
      failed: (what, error) =>
        dispatchToast(
          <Toast>
            <ToastTitle>{what}</ToastTitle>
            <ToastBody>{textOf(error)}</ToastBody>
          </Toast>,
          { intent: 'error', timeout: 20_000 },
        ),
    }),
    [dispatchToast],
  );
}
