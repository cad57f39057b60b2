/** A room that is built when it is first asked for, so that a start neither loads its code nor keeps it in memory. */
export interface WhenAsked<Room> {
  /** The same for all; tried anew where building it has failed. */
  open(): Promise<Room>;
  /** Takes it down where it was built, or is being built. */
  close(): Promise<void>;
}

export function whenAsked<Room extends { close(): Promise<void> }>(
  build: () => Promise<Room>,
): WhenAsked<Room> {
  let room: Promise<Room> | null = null;
  return {
    open() {
      room ??= build().catch((error: unknown) => {
        room = null;
        throw error;
      });
      return room;
    },
    async close() {
      await (await room)?.close();
    },
  };
}
