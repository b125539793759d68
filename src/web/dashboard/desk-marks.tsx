// What is marked on a desk beside its state; each part of the Dashboard adds one of its own, which shows nothing where it says nothing.
import type { ComponentType, ReactNode } from 'react';
import type { Session } from '#model/session.ts';
import { HandMark } from './hand-mark.tsx';

export interface DeskMarkProps {
  session: Session;
}

const marks: readonly ComponentType<DeskMarkProps>[] = [HandMark];

export function DeskMarks({ session }: DeskMarkProps): ReactNode {
  return marks.map((Mark) => <Mark key={Mark.name} session={session} />);
}
