// What the build makes of files that are not TypeScript: compiled catalogues, addresses of pictures, styles.
declare module '*.po' {
  import type { Messages } from '@lingui/core';
  export const messages: Messages;
}

// A picture, by its address.
declare module '*.svg' {
  const address: string;
  export default address;
}

declare module '*.css';
