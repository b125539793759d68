// The pictures on buttons: strokes on a field of 20 by 20, drawn in the colour of the text.

const strokes = {
  disconnect: 'M9 4H4.5v12H9M8 10h8.5M13.5 7l3 3-3 3',
  lock: 'M5 9h10v7.5H5zM7 9V6.5a3 3 0 0 1 6 0V9M10 12v1.5',
  signOut: 'M10 3v7M6.2 5.6a6 6 0 1 0 7.6 0',
  fullScreen: 'M3.5 7.5v-4h4M12.5 3.5h4v4M16.5 12.5v4h-4M7.5 16.5h-4v-4',
  clipboard: 'M7 4.5H4.5v12.5h11V4.5H13M7 3h6v3H7zM7.5 10h5M7.5 13h3.5',
  keyboard: 'M2.5 5h15v10h-15zM5.5 8h.01M8.5 8h.01M11.5 8h.01M14.5 8h.01M5.5 12h.01M8 12h4M14.5 12h.01',
  otherHalf: 'M2.5 4.5h15v11h-15zM10 4.500v11M12.500 10h3M14.250 8.250L16 10l-1.750 1.750',
  close: 'M5 5l10 10M15 5L5 15',
  eye: 'M2.5 10C4.500 6.500 7 5 10 5s5.500 1.500 7.500 5c-2 3.500-4.500 5-7.500 5s-5.500-1.500-7.500-5zM12.500 10a2.500 2.500 0 1 1-5 0 2.500 2.500 0 0 1 5 0',
  eyeShut:
    'M2.500 10C4.500 6.500 7 5 10 5s5.500 1.500 7.500 5c-2 3.500-4.500 5-7.500 5s-5.500-1.500-7.500-5zM12.500 10a2.500 2.500 0 1 1-5 0 2.500 2.500 0 0 1 5 0M3.500 3.500l13 13',
  info: 'M17 10a7 7 0 1 1-14 0 7 7 0 0 1 14 0M10 9.500v4M10 6.500h.01',
  question:
    'M17 10a7 7 0 1 1-14 0 7 7 0 0 1 14 0M7.800 8a2.200 2.200 0 1 1 3.300 1.900c-.700.400-1.100.900-1.100 1.700M10 13.800h.01',
  warning: 'M10 3.500L17.500 16.500h-15zM10 8.500v4M10 14.500h.01',
  globe: 'M17 10a7 7 0 1 1-14 0 7 7 0 0 1 14 0M3 10h14M10 3c-4.500 4.500-4.500 9.500 0 14M10 3c4.500 4.500 4.500 9.500 0 14',
  monitor: 'M2.500 4h15v9.500h-15zM7 17h6M10 13.500V17',
  disk: 'M4 3.500h10l2.500 2.500v10.500h-12.500zM7 3.500v4h6v-4M6.500 16.500v-5.500h7.500v5.500',
  key: 'M16.500 7.500a4 4 0 1 1-8 0 4 4 0 0 1 8 0M9.700 10.300L3.500 16.500h3v-2h2v-2M13 7h.01',
  plus: 'M10 4v12M4 10h12',
  blocked: 'M17 10a7 7 0 1 1-14 0 7 7 0 0 1 14 0M5.200 5.200l9.600 9.600',
  hand: 'M7 10.500V5a1 1 0 0 1 2 0v4.500M9 9V3.800a1 1 0 0 1 2 0V9M11 9.500V4.800a1 1 0 0 1 2 0V11M13 8a1 1 0 0 1 2 0v4.500c0 3-1.800 4.500-4.500 4.500-2.300 0-3.400-.900-4.500-3L4.300 11a1.100 1.100 0 0 1 1.900-1L7 11',
  message: 'M3 4.500h14v9.500H9L5.500 17v-3H3z',
  send: 'M3.500 4l13.500 6-13.500 6 2-6zM5.500 10H11',
  capsLock: 'M10 3.500L16 10h-3v3.500H7V10H4zM7 16.500h6',
} as const;
export type IconName = keyof typeof strokes;

/** A decoration; the button's text or label says what it means. */
export function icon(name: IconName): SVGSVGElement {
  const space = 'http://www.w3.org/2000/svg';
  const svg = document.createElementNS(space, 'svg');
  svg.setAttribute('viewBox', '0 0 20 20');
  svg.setAttribute('class', 'icon');
  svg.setAttribute('aria-hidden', 'true');
  const path = document.createElementNS(space, 'path');
  path.setAttribute('d', strokes[name]);
  svg.append(path);
  return svg;
}
