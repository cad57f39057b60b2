import { gunzipSync, gzipSync } from 'node:zlib';
import { readJson, type Store, writeJson } from '#backend/store/index.ts';
import { type CatalogSource, catalogSource, type Offer } from '#shared/domain/catalog.ts';
import { OfferTable } from '#shared/planner/offer-table.ts';

interface Log {
  warn(details: object, message: string): void;
}

/** The sources that are the user's, refreshed and imported, in the database: all offers of a source come and go together. */
export class Shelf {
  readonly #store: Store;
  readonly #log: Log;

  constructor(store: Store, log: Log) {
    this.#store = store;
    this.#log = log;
  }

  sources(): CatalogSource[] {
    return this.#store.sql
      .all<{ id: string; content: string }>('SELECT id, content FROM catalogSources ORDER BY takenAt, id')
      .flatMap(({ id, content }) => {
        const read = readJson(catalogSource, content);
        if (read.ok) return [read.value];
        this.#log.warn({ source: id, why: read.why }, 'a price source cannot be read and is left out');
        return [];
      });
  }

  /** Empty where there is none, or it cannot be read any more: it can be imported or refreshed again. */
  offers(sourceId: string): OfferTable {
    const row = this.#store.sql.get<{ content: Uint8Array }>(
      'SELECT content FROM catalogOffers WHERE sourceId = ?',
      sourceId,
    );
    if (!row) return OfferTable.of([]);
    try {
      return OfferTable.unpack(gunzipSync(row.content).toString('latin1'));
    } catch (error) {
      this.#log.warn(
        { source: sourceId, err: error },
        'the offers of a source cannot be read and are left out',
      );
      return OfferTable.of([]);
    }
  }

  /** In the place of what the source had before. */
  put(source: CatalogSource, offers: readonly Offer[]): void {
    const content = gzipSync(OfferTable.of(offers).pack(), { level: 6 });
    const { sql } = this.#store;
    sql.transaction(() => {
      sql.run(
        `INSERT INTO catalogSources (id, provider, region, takenAt, content) VALUES (?, ?, ?, ?, ?)
         ON CONFLICT (id) DO UPDATE SET provider = excluded.provider, region = excluded.region,
           takenAt = excluded.takenAt, content = excluded.content`,
        source.id,
        source.provider,
        source.region,
        Math.round(source.takenAt),
        writeJson(catalogSource, source),
      );
      sql.run(
        `INSERT INTO catalogOffers (sourceId, content) VALUES (?, ?)
         ON CONFLICT (sourceId) DO UPDATE SET content = excluded.content`,
        source.id,
        content,
      );
    });
  }

  /** False: there was none. */
  remove(sourceId: string): boolean {
    const { sql } = this.#store;
    return sql.transaction(() => {
      sql.run('DELETE FROM catalogOffers WHERE sourceId = ?', sourceId);
      return sql.run('DELETE FROM catalogSources WHERE id = ?', sourceId).changes > 0;
    });
  }
}
