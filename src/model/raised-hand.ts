// A person at a station who wants to be helped. Up until somebody takes it down, or the person leaves the station.

export interface RaisedHand {
  session: string;
  user: string;
  fullName: string;
  station: string;
  at: number;
}

/** So often may one person raise a hand in so long a time. */
export const mostRaises = 5;
export const mostRaisesInMs = 60_000;
