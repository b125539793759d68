// Full screen for a desktop, in and out.

/** Chromium lets a page in full screen have Esc, Alt+Tab and the Super key as well. */
interface KeyboardLock {
  lock(): Promise<void>;
  unlock(): void;
}

/** Whoever is to fill the screen; the whole document fills it as its root. A browser without full screen (some phones) stays as it is. */
export async function toggleFullScreen(element: Element): Promise<void> {
  const { ownerDocument: document } = element;
  const { keyboard } = (document.defaultView ?? window).navigator as Navigator & { keyboard?: KeyboardLock };
  try {
    if (document.fullscreenElement === null) {
      await element.requestFullscreen({ navigationUI: 'hide' });
      await keyboard?.lock();
    } else {
      keyboard?.unlock();
      await document.exitFullscreen();
    }
  } catch {
    // It stays as it is.
  }
}
