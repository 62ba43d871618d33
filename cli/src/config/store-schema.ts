import { z } from 'zod';

/** How much of what was received is kept. Null keeps everything. */
export const retentionSchema = z.strictObject({
  days: z.int().min(1).nullable().default(null).describe('whole days before today'),
  max_bytes: z.int().positive().nullable().default(null).describe('of all that the store has on the disk'),
});

/** When closed days are rewritten, in whole days before today. */
export const archiveSchema = z.strictObject({
  pack_after_days: z.int().min(1).default(2).describe('a fifth less space'),
  parquet_after_days: z
    .int()
    .min(1)
    .nullable()
    .default(null)
    .describe('smaller still, and readable by any tool; never where null'),
});

/** How many distinct values an attribute may have a day; what comes after them is stored as `other`, and counted. */
export const limitsSchema = z.strictObject({
  distinct_labels: z.int().positive().default(10_000).describe('of versions, paths, reasons, user agents and the like'),
  distinct_ids: z.int().positive().default(1_000_000).describe('of clients, sessions and connections'),
});
