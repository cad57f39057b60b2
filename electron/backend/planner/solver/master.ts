import type { Highs, Model } from 'highs';
import { type Column, priced, type Relaxation } from '#shared/planner/portfolio/index.ts';

/** The relaxation with only some of its columns, as HiGHS has it. Rows: one per run, then the limits. */
export class Master {
  readonly model: Model;
  /** What HiGHS's columns are, in its order: of a run, an option or (null) the way outside. */
  readonly columns: { job: number; column: Column | null }[] = [];
  readonly #relaxation: Relaxation;
  readonly #has: Set<Column>[];

  /** @param chosen the columns of each run to begin with. */
  constructor(highs: Highs, relaxation: Relaxation, chosen: readonly (readonly Column[])[]) {
    this.#relaxation = relaxation;
    this.#has = chosen.map(() => new Set());
    const jobs = relaxation.columns.length;
    const limits = relaxation.limits.map(({ most }) => most);
    this.model = highs.createModel({
      numCols: 0,
      numRows: jobs + limits.length,
      colCost: [],
      colLower: [],
      colUpper: [],
      rowLower: [...Array<number>(jobs).fill(1), ...Array<number>(limits.length).fill(-highs.infinity)],
      rowUpper: [...Array<number>(jobs).fill(1), ...limits],
      matrix: {
        format: 'csc',
        numRows: jobs + limits.length,
        numCols: 0,
        starts: [0],
        indices: [],
        values: [],
      },
    });
    this.model.options.set('output_flag', false);
    this.#add(
      relaxation.columns.flatMap((_, job) => [
        { job, column: null },
        ...(chosen[job] ?? []).map((column) => ({ job, column })),
      ]),
    );
  }

  /** Adds, for each run, up to `each` columns that are worth it at these prices; answers how many. */
  addWorthy(prices: Float64Array, rent: Float64Array, each: number): number {
    const added: { job: number; column: Column }[] = [];
    for (const [job, columns] of this.#relaxation.columns.entries()) {
      const most = (rent[job] ?? 0) - worth;
      const worthy: { column: Column; price: number }[] = [];
      for (const column of columns) {
        if (column.counts >= most) break;
        const price = priced(column, prices);
        if (price < most && !this.#has[job]?.has(column)) worthy.push({ column, price });
      }
      worthy.sort((a, b) => a.price - b.price);
      for (const { column } of worthy.slice(0, each)) added.push({ job, column });
    }
    if (added.length > 0) this.#add(added);
    return added.length;
  }

  #add(columns: readonly { job: number; column: Column | null }[]): void {
    const jobs = this.#relaxation.columns.length;
    const starts = [0];
    const indices: number[] = [];
    const values: number[] = [];
    for (const { job, column } of columns) {
      indices.push(job);
      values.push(1);
      for (const limit of column?.windows ?? []) {
        indices.push(jobs + limit);
        values.push(column?.hours ?? 0);
      }
      for (const { limit, hours } of column?.held ?? []) {
        indices.push(jobs + limit);
        values.push(hours);
      }
      for (const limit of column?.budgets ?? []) {
        indices.push(jobs + limit);
        values.push(column?.dollars ?? 0);
      }
      starts.push(indices.length);
      this.columns.push({ job, column });
      if (column !== null) this.#has[job]?.add(column);
    }
    const count = columns.length;
    this.model.addCols({
      cost: Float64Array.from(
        columns,
        ({ job, column }) => column?.counts ?? this.#relaxation.outside[job] ?? 0,
      ),
      lower: new Float64Array(count),
      upper: new Float64Array(count).fill(1),
      matrix: {
        format: 'csc',
        numRows: jobs + this.#relaxation.limits.length,
        numCols: count,
        starts: Int32Array.from(starts),
        indices: Int32Array.from(indices),
        values: Float64Array.from(values),
      },
    });
  }

  dispose(): void {
    this.model.dispose();
  }
}

/** Dollars that a column must win to be worth adding. */
const worth = 1e-7;
