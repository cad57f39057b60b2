import type { AcceleratorModel, CatalogRegion, EgressTable, StoragePrice } from '#shared/domain/catalog.ts';
import type { Label } from '#shared/domain/label.ts';
import type { objectives, PlanLimits, RunDemand } from '#shared/domain/plan.ts';
import type { Quota } from '#shared/domain/quota.ts';
import type { OfferTable } from '../offer-table.ts';

export type Objective = (typeof objectives)[number];

/** An accelerator of one's own. */
export interface OwnGpu {
  /** Its name in the catalogue; the driver's own where the catalogue has none like it. */
  accelerator: string;
  memoryGiB: number;
  /** When it can be had, epoch ms; null: it is taken, and nobody can say until when. */
  freeAt: number | null;
}

/** What the network of a machine carries, to or from this computer and one's other machines. */
export interface OwnLine {
  gbps: number;
  /** By copies that were made, or as somebody said. */
  basis: 'measured' | 'typed';
  /** When it was measured, epoch ms. */
  at: number | null;
}

/** Why a machine takes no runs now. */
export type Unready = 'draining' | 'unseen';

export interface OwnMachine {
  id: string;
  name: string;
  maxLabel: Label;
  country: string | null;
  gpus: readonly OwnGpu[];
  cpus: number | null;
  memoryGiB: number | null;
  freeDiskBytes: number | null;
  /** Of the whole machine; a run costs its share of the accelerators. Null: nobody has said. */
  microsPerHour: number | null;
  /** Since when that is so. */
  ratedAt: number | null;
  pue: number | null;
  unready: Unready | null;
  /** When it was last looked at. */
  seenAt?: number | null | undefined;
  /** Left out or null: nobody knows, and a usual one is assumed. */
  lineIn?: OwnLine | null | undefined;
  lineOut?: OwnLine | null | undefined;
}

/** All that a placement follows from besides the question. Plain data: kept with a saved plan, it gives the same answer again. */
export interface PlaceInputs {
  offers: OfferTable;
  accelerators: readonly AcceleratorModel[];
  regions: readonly CatalogRegion[];
  egress: readonly EgressTable[];
  storage: readonly StoragePrice[];
  machines: readonly OwnMachine[];
  quotas: readonly Quota[];
  /** Of the table's sources, by their id, as they are shown. */
  sourceTitles: Readonly<Record<string, string>>;
  /** What rented prices are multiplied by: 1, or what a scenario says. */
  priceFactor: number;
}

export interface PlaceQuestion {
  demand: RunDemand;
  limits: PlanLimits;
  objective: Objective;
  /** The moment it is judged for, epoch ms. */
  at: number;
}
