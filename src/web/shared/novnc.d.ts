// What the station page uses of noVNC 1.7, which brings no types of its own.
declare module '@novnc/novnc' {
  interface RfbOptions {
    shared?: boolean;
    credentials?: { username?: string; password?: string; target?: string };
  }

  interface RfbEvents {
    connect: CustomEvent<Record<string, never>>;
    /** `clean` false: noVNC did not understand the server, or the connection broke while connecting. */
    disconnect: CustomEvent<{ clean: boolean }>;
    clipboard: CustomEvent<{ text: string }>;
    desktopname: CustomEvent<{ name: string }>;
    securityfailure: CustomEvent<{ status: number; reason?: string }>;
    credentialsrequired: CustomEvent<{ types: string[] }>;
  }

  export default class RFB {
    /** Puts its picture into `target`; `channel` may still be connecting. */
    constructor(target: Element, channel: WebSocket | string, options?: RfbOptions);
    scaleViewport: boolean;
    resizeSession: boolean;
    clipViewport: boolean;
    viewOnly: boolean;
    focusOnClick: boolean;
    showDotCursor: boolean;
    background: string;
    /** 0 to 9. */
    qualityLevel: number;
    /** 0 to 9. */
    compressionLevel: number;
    addEventListener<E extends keyof RfbEvents>(event: E, listener: (event: RfbEvents[E]) => void): void;
    disconnect(): void;
    focus(options?: FocusOptions): void;
    blur(): void;
    /** Down and up if `down` is left out. */
    sendKey(keysym: number, code: string | null, down?: boolean): void;
    clipboardPasteFrom(text: string): void;
  }
}
