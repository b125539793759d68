// Where the gateway's WebSockets are.

/** `path`: below /api/v1/. */
export function socketAddress(path: string): string {
  return `${location.protocol === 'http:' ? 'ws' : 'wss'}://${location.host}/api/v1/${path}`;
}
