// The sizes in which a session's screen can be looked at.

export const pictureSizes = ['small', 'medium', 'large'] as const;
export type PictureSize = (typeof pictureSizes)[number];

/** How wide a picture is; the height follows from the screen, a narrower screen is not made wider, and a very high one narrower. */
export const pictureWidthsPx: Readonly<Record<PictureSize, number>> = { small: 320, medium: 640, large: 1280 };
