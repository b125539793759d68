// Whether the gateway has a newer page than this one, which an update of Stationmaster brings.

const reloadedAs = 'stationmaster.reloaded';
const notAgainMs = 60_000;

/** The name of a page's script changes with its content. */
function scriptOf(page: Document): string | null {
  return page.querySelector('script[type="module"][src]')?.getAttribute('src') ?? null;
}

/** True if the page at this address is built of other files than this one. False where that cannot be known. */
export async function isUpdated(): Promise<boolean> {
  try {
    const response = await fetch(location.pathname, { cache: 'no-store', credentials: 'same-origin' });
    return response.ok && scriptOf(new DOMParser().parseFromString(await response.text(), 'text/html')) !== scriptOf(document);
  } catch {
    return false;
  }
}

/** Reloads the page, but not twice within a minute; false if it does not. */
export function reloadOnce(): boolean {
  try {
    const last = Number(sessionStorage.getItem(reloadedAs) ?? 0);
    if (Date.now() - last < notAgainMs) return false;
    sessionStorage.setItem(reloadedAs, String(Date.now()));
  } catch {
    return false;
  }
  location.reload();
  return true;
}
