// What every answer and every request is held to: headers, Origin, and who stands at the other end.
import type { IncomingMessage } from 'node:http';
import { isIPv6 } from 'node:net';

/** The sender's address, IPv4 in its own form; empty over the unix socket. */
export function addressOf(request: IncomingMessage): string {
  return (request.socket.remoteAddress ?? '').replace(/^::ffff:(?=\d+\.)/, '');
}

/** True if a program on this very computer asks: over loopback, or with one of the computer's own addresses at both ends. */
export function isFromThisComputer(request: IncomingMessage): boolean {
  const address = addressOf(request);
  const reached = (request.socket.localAddress ?? '').replace(/^::ffff:(?=\d+\.)/, '');
  return address === '::1' || /^127\.\d+\.\d+\.\d+$/.test(address) || (address !== '' && address === reached);
}

/** What counts as one sender: an IPv4 address; of IPv6 the /64, within which a device chooses addresses as it likes. */
export function networkOf(address: string): string {
  if (!isIPv6(address)) return address;
  const [front = '', back] = address.split('::');
  const groups = front === '' ? [] : front.split(':');
  if (back !== undefined) {
    const behind = back === '' ? [] : back.split(':');
    const left = Math.max(0, 8 - groups.length - behind.length);
    groups.push(...Array.from({ length: left }, () => '0'), ...behind);
  }
  return `${groups.slice(0, 4).join(':').toLowerCase()}::/64`;
}

/** True if the request comes from a page of this very gateway. */
export function isOwnOrigin(request: IncomingMessage): boolean {
  const { origin, host } = request.headers;
  return origin !== undefined && host !== undefined && origin.toLowerCase() === `https://${host.toLowerCase()}`;
}

/** For the station page, which shows the halves of a split screen in frames of its own; nobody else's page may. */
export function framedByOwnPage(headers: Record<string, string>): Record<string, string> {
  const policy = headers['content-security-policy']?.replace("frame-ancestors 'none'", "frame-ancestors 'self'") ?? '';
  return { ...headers, 'content-security-policy': policy, 'x-frame-options': 'SAMEORIGIN' };
}

/** The headers of every answer. `host`: the Host header, for browsers that do not count wss: as 'self'. */
export function securityHeaders(host: string | undefined): Record<string, string> {
  const own = host !== undefined && /^[A-Za-z0-9.:[\]-]{1,255}$/.test(host) ? ` wss://${host}` : '';
  return {
    'content-security-policy': [
      "default-src 'self'",
      "script-src 'self'",
      // The hash is of nothing at all: style elements without content, into which scripts put rules (Fluent's way).
      "style-src 'self' 'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='",
      "img-src 'self' data: blob:",
      `connect-src 'self'${own}`,
      "object-src 'none'",
      "base-uri 'none'",
      "form-action 'self'",
      "frame-ancestors 'none'",
    ].join('; '),
    'strict-transport-security': 'max-age=31536000',
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    'referrer-policy': 'no-referrer',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'permissions-policy':
      'clipboard-read=(self), clipboard-write=(self), fullscreen=(self), keyboard-map=(self), camera=(), microphone=(), geolocation=(), usb=(), payment=()',
  };
}
