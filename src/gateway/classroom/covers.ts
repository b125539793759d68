// What lies over desktops, so that neither picture nor input passes, whatever ordered it; and sessions as they are told with it.
import type { Fleet } from '#fleet/fleet.ts';
import type { Cover, Session } from '#model/session.ts';
import type { LiveSource } from '../live-feed.ts';

/** Something that covers desktops. */
export interface CoverSource {
  /** Undefined: not known yet; nothing passes until it is. */
  of: (session: Session) => Cover | null | undefined;
  /** Gives what removes the listener. */
  onChange: (listener: (session: Session) => void) => () => void;
}

export class Covers {
  readonly #fleet: Fleet;
  readonly #sources: readonly CoverSource[];
  readonly #listeners = new Set<(session: Session) => void>();
  readonly #undo = new DisposableStack();

  /** Where several cover one desktop, the first one shows. */
  constructor(fleet: Fleet, sources: readonly CoverSource[]) {
    this.#fleet = fleet;
    this.#sources = sources;
  }

  start(): void {
    for (const source of this.#sources) {
      this.#undo.defer(
        source.onChange(({ id }) => {
          const session = this.#fleet.session(id);
          if (session !== null) for (const listener of this.#listeners) listener(session);
        }),
      );
    }
  }

  stop(): void {
    this.#undo.dispose();
  }

  /** What covers the desktop of a session; null: nothing does; undefined: not known yet, nothing may pass. */
  of(session: Session): Cover | null | undefined {
    let unknown = false;
    for (const source of this.#sources) {
      const cover = source.of(session);
      if (cover === undefined) unknown = true;
      else if (cover !== null) return cover;
    }
    return unknown ? undefined : null;
  }

  /** The session as it is told. */
  readonly told = (session: Session): Session => {
    const cover = this.of(session);
    return cover == null ? session : { ...session, cover };
  };

  /** What covers this session is another now. */
  onChange(listener: (session: Session) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  readonly live: LiveSource = {
    known: () => [],
    onChange: (listener) => this.onChange((session) => listener({ event: 'session.changed', session: this.told(session) })),
  };
}
