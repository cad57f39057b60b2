import type { Notes, ReservationsNote } from '../notes.ts';

type Reservation = ReservationsNote[number];

/** Accelerators put aside for runs that are to come, kept in the database: the queue holds them for taken. */
export class Reservations {
  readonly #notes: Notes;
  readonly #runs: Set<string>;

  constructor(notes: Notes) {
    this.#notes = notes;
    this.#runs = new Set(notes.runsWith('reservations'));
  }

  on(machineId: string): { runId: string; accelerators: Reservation['accelerators'] }[] {
    return [...this.#runs].flatMap((runId) =>
      this.#of(runId)
        .filter((each) => each.machineId === machineId)
        .map(({ accelerators }) => ({ runId, accelerators })),
    );
  }

  get(runId: string, machineId: string, by: string): Reservation | null {
    return this.#of(runId).find((each) => each.machineId === machineId && each.by === by) ?? null;
  }

  add(runId: string, reservation: Reservation): void {
    const others = this.#of(runId).filter((each) => !isSame(each, reservation));
    this.#notes.set('reservations', runId, 0, [...others, reservation]);
    this.#runs.add(runId);
  }

  remove(runId: string, machineId: string, by: string): void {
    const before = this.#of(runId);
    const left = before.filter((each) => !isSame(each, { machineId, by }));
    if (left.length === before.length) return;
    if (left.length > 0) this.#notes.set('reservations', runId, 0, left);
    else {
      this.#notes.remove('reservations', runId, 0);
      this.#runs.delete(runId);
    }
  }

  #of(runId: string): ReservationsNote {
    return this.#runs.has(runId) ? (this.#notes.get('reservations', runId, 0) ?? []) : [];
  }
}

const isSame = (
  a: Pick<Reservation, 'machineId' | 'by'>,
  b: Pick<Reservation, 'machineId' | 'by'>,
): boolean => a.machineId === b.machineId && a.by === b.by;
