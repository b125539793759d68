// What is printed in place of the page: nobody sees it on the screen, and with it nothing else is on the paper.
import { useEffect, useState } from 'react';
import type { ReactNode } from 'react';
import { createPortal } from 'react-dom';

/** Prints `children` once they are there, then says that it is over. */
export function PrintSheet({ title, done, children }: { title: string; done: () => void; children: ReactNode }): ReactNode {
  const [place] = useState(() => {
    const made = document.createElement('div');
    made.className = 'print-sheet';
    return made;
  });
  useEffect(() => {
    document.body.append(place);
    const before = document.title;
    // A file that is printed to is called so.
    document.title = title;
    const over = (): void => done();
    addEventListener('afterprint', over, { once: true });
    print();
    return () => {
      removeEventListener('afterprint', over);
      document.title = before;
      place.remove();
    };
  }, [place, title, done]);
  return createPortal(
    <>
      <h1>{title}</h1>
      {children}
    </>,
    place,
  );
}
