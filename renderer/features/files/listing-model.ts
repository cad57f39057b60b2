import type { Client } from '#shared/contract/index.ts';
import type { FileEntry, Listing } from '#shared/domain/box-file.ts';
import { TrainyardError } from '#shared/domain/trainyard-error.ts';
import { keepSeen, seenBefore } from './seen-before.ts';

export type SortKey = 'name' | 'bytes' | 'modifiedAt' | 'kind';
export interface Order {
  by: SortKey;
  descending: boolean;
  search: string;
  hidden: boolean;
}

export interface ListingState {
  /** What is known of the directory itself; null before anything is. */
  directory: Omit<Listing, 'entries'> | null;
  entries: ReadonlyMap<number, FileEntry>;
  total: number;
  error: TrainyardError | null;
  loading: boolean;
  /** It is what was last seen, for the machine cannot be asked now. */
  isKept: boolean;
  /** Another with each change of entries. */
  revision: number;
  /** Another with each other list: directory, order, filter. */
  list: number;
}

export type FilesClient = Pick<Client['files'], 'list' | 'page'>;
const portion = 500;

/**
 * One directory as the page sees it: its entries in portions as they come into view, however many there are. The order and the
 * filter are the backend's work. What was last seen stays where the machine cannot be asked.
 */
export class ListingModel {
  readonly machineId: string;
  readonly path: string;
  readonly #client: () => FilesClient;
  readonly #listeners = new Set<() => void>();
  #order: Order;
  #state: ListingState;
  #abort = new AbortController();
  #asked = new Set<number>();
  #closed = false;

  constructor(client: () => FilesClient, machineId: string, path: string, order: Order) {
    this.#client = client;
    this.machineId = machineId;
    this.path = path;
    this.#order = order;
    this.#state = {
      directory: null,
      entries: new Map(),
      total: 0,
      error: null,
      loading: true,
      isKept: false,
      revision: 0,
      list: 0,
    };
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };
  readonly state = (): ListingState => this.#state;

  get order(): Order {
    return this.#order;
  }

  /** Reads the directory anew; what is shown stays until the answer is there. */
  async load(): Promise<void> {
    const abort = this.#begin();
    const { machineId, path } = this;
    try {
      const answer = await this.#client().list(
        { machineId, path, ...this.#order, offset: 0, limit: portion },
        { signal: abort.signal },
      );
      if (abort.signal.aborted) return;
      this.#takeFirst(answer);
      if (this.#order.search === '') keepSeen(machineId, path, answer);
    } catch (thrown) {
      if (!abort.signal.aborted) this.#fail(TrainyardError.from(thrown));
    }
  }

  /** Another order or filter of the same listing. */
  async reorder(order: Order): Promise<void> {
    this.#order = order;
    const listingId = this.#state.directory?.listingId;
    if (listingId === undefined || this.#state.isKept) return this.load();
    const abort = this.#begin();
    try {
      const answer = await this.#client().page(
        { listingId, ...order, offset: 0, limit: portion },
        { signal: abort.signal },
      );
      if (!abort.signal.aborted) this.#takeFirst(answer);
    } catch (thrown) {
      if (abort.signal.aborted) return;
      const error = TrainyardError.from(thrown);
      if (error.code === 'LISTING_GONE') return this.load();
      this.#fail(error);
    }
  }

  /** These rows come into view: whatever of them is not here is asked for. */
  need(first: number, last: number): void {
    const listingId = this.#state.directory?.listingId;
    if (listingId === undefined || this.#state.isKept) return;
    const until = Math.min(last, this.#state.total - 1);
    for (let at = Math.floor(first / portion); at <= Math.floor(Math.max(until, 0) / portion); at += 1) {
      if (this.#asked.has(at)) continue;
      this.#asked.add(at);
      void this.#portion(listingId, at);
    }
  }

  /** All entries, for "select all": in large portions. */
  async all(): Promise<FileEntry[]> {
    const listingId = this.#state.directory?.listingId;
    if (listingId === undefined || this.#state.entries.size >= this.#state.total)
      return [...this.#state.entries.values()];
    const limit = 5000;
    const entries: FileEntry[] = [];
    for (let total = 1; entries.length < total; ) {
      const answer = await this.#client().page({ listingId, ...this.#order, offset: entries.length, limit });
      total = answer.total;
      entries.push(...answer.entries);
      if (answer.entries.length === 0) break;
    }
    return entries;
  }

  close(): void {
    this.#closed = true;
    this.#abort.abort();
  }

  #begin(): AbortController {
    this.#abort.abort();
    this.#abort = new AbortController();
    this.#set({ loading: true });
    return this.#abort;
  }

  async #portion(listingId: string, at: number): Promise<void> {
    const { signal } = this.#abort;
    try {
      const answer = await this.#client().page(
        { listingId, ...this.#order, offset: at * portion, limit: portion },
        { signal },
      );
      if (signal.aborted) return;
      const entries = new Map(this.#state.entries);
      for (const [index, entry] of answer.entries.entries()) entries.set(at * portion + index, entry);
      this.#set({ entries, total: answer.total, revision: this.#state.revision + 1 });
    } catch (thrown) {
      if (signal.aborted) return;
      this.#asked.delete(at);
      const error = TrainyardError.from(thrown);
      if (error.code === 'LISTING_GONE') await this.load();
      else this.#set({ error });
    }
  }

  #takeFirst({ entries, ...directory }: Listing): void {
    const same =
      this.#state.directory !== null &&
      this.#shown === JSON.stringify([this.path, this.#order]) &&
      !this.#state.isKept;
    this.#shown = JSON.stringify([this.path, this.#order]);
    this.#asked = new Set([0]);
    this.#set({
      directory,
      entries: new Map(entries.entries()),
      total: directory.total,
      error: null,
      loading: false,
      isKept: false,
      revision: this.#state.revision + 1,
      list: same ? this.#state.list : this.#state.list + 1,
    });
  }
  #shown = '';

  #fail(error: TrainyardError): void {
    const kept = this.#state.directory === null ? seenBefore(this.machineId, this.path) : null;
    if (kept !== null && canNotAsk(error)) {
      const { entries, ...directory } = kept;
      this.#set({
        directory,
        entries: new Map(entries.entries()),
        total: entries.length,
        error,
        loading: false,
        isKept: true,
        revision: this.#state.revision + 1,
        list: this.#state.list + 1,
      });
      return;
    }
    this.#set({ error, loading: false, isKept: this.#state.directory !== null && canNotAsk(error) });
  }

  #set(changes: Partial<ListingState>): void {
    if (this.#closed) return;
    this.#state = { ...this.#state, ...changes };
    for (const listener of this.#listeners) listener();
  }
}

const aboutTheFile = new Set([
  'FILE_NOT_FOUND',
  'FILE_DENIED',
  'FILE_NOT_A_DIRECTORY',
  'FORBIDDEN',
  'INVALID_INPUT',
  'NOT_AVAILABLE',
  'MACHINE_UNKNOWN',
]);
/** Whether an error says that the machine could not be asked, and not what it answered. */
export const canNotAsk = (error: TrainyardError): boolean => !aboutTheFile.has(error.code);
