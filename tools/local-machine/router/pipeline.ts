// Which namespaces an aggregation reads and writes besides the one it starts from, and which stages it has. Pure.
import type { Document } from './documents.ts';

export type Namespace = { readonly db: string; readonly collection: string };
export type Touched = {
  readonly reads: readonly Namespace[];
  readonly writes: readonly { readonly on: Namespace; readonly actions: readonly string[] }[];
  readonly stages: readonly string[];
};

/** Follows the pipeline into its sub-pipelines. What is no pipeline touches nothing: the shard will say what is wrong with it. */
export const namespacesOf = (pipeline: unknown, db: string): Touched => {
  const reads: Namespace[] = [];
  const writes: Touched['writes'][number][] = [];
  const stages: string[] = [];
  const follow = (inner: unknown) => {
    const found = namespacesOf(inner, db);
    reads.push(...found.reads);
    writes.push(...found.writes);
    stages.push(...found.stages);
  };
  for (const stage of Array.isArray(pipeline) ? pipeline : []) {
    for (const [name, argument] of Object.entries((stage ?? {}) as Document)) {
      stages.push(name);
      const read = (from: unknown) => {
        const on = namespaceOf(from, db);
        if (on !== undefined) reads.push(on);
      };
      if (name === '$lookup' || name === '$graphLookup') read(argument?.from);
      if (name === '$unionWith') read(typeof argument === 'string' ? argument : argument?.coll);
      if (name === '$lookup' || name === '$unionWith') follow(argument?.pipeline);
      if (name === '$facet') for (const inner of Object.values(argument ?? {})) follow(inner);
      if (name === '$out') {
        const on = namespaceOf(argument, db);
        if (on !== undefined) writes.push({ on, actions: ['insert', 'remove'] });
      }
      if (name === '$merge') {
        const on = namespaceOf(typeof argument === 'string' ? argument : argument?.into, db);
        if (on !== undefined) writes.push({ on, actions: actionsOfMerge(argument) });
        follow(argument?.whenMatched);
      }
    }
  }
  return { reads, writes, stages };
};

const namespaceOf = (name: unknown, db: string): Namespace | undefined => {
  if (typeof name === 'string') return { db, collection: name };
  const { db: other, coll } = (name ?? {}) as Document;
  return typeof coll === 'string' ? { db: typeof other === 'string' ? other : db, collection: coll } : undefined;
};

const actionsOfMerge = (argument: unknown): string[] => {
  const { whenMatched, whenNotMatched } = (argument ?? {}) as Document;
  const updates = !['keepExisting', 'fail'].includes(whenMatched);
  return [...(updates ? ['update'] : []), ...(['discard', 'fail'].includes(whenNotMatched) && updates ? [] : ['insert'])];
};
