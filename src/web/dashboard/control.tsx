// Which desktop somebody has taken control of here, for all from where that is asked for.
import { createContext, useContext, useState } from 'react';
import type { ReactNode } from 'react';
import type { Session } from '#model/session.ts';
import { useRoom } from '../shared/room.tsx';
import { ControlView } from './control-view.tsx';

const ControlContext = createContext<(session: Session) => void>(() => {});

/** Opens the desktop of a session over the page. */
export function useControl(): (session: Session) => void {
  return useContext(ControlContext);
}

export function ControlProvider({ children }: { children: ReactNode }): ReactNode {
  const { sessions } = useRoom();
  const [asked, setAsked] = useState<Session | null>(null);
  // One that has ended is still what the view tells about.
  const session = sessions.find(({ id }) => id === asked?.id) ?? asked;
  return (
    <ControlContext value={setAsked}>
      {children}
      {session !== null && <ControlView key={session.id} session={session} close={() => setAsked(null)} />}
    </ControlContext>
  );
}
