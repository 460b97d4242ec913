/**
 * How statements are planned that ask for few rows by their keys, whatever the values are: once a connection, by the
 * indexes. Such a plan is as good as any, and is not given up for another, or made as another, for what a table was like
 * at the last look at it. For all of a connection or a transaction: a plan that is there already is kept as it is.
 */
export const PLAN_SETTINGS = { plan_cache_mode: 'force_generic_plan', enable_seqscan: 'off' };

export const KEEP_PLANS_IN_TRANSACTION = Object.entries(PLAN_SETTINGS)
  .map(([name, value]) => `SET LOCAL ${name} = ${value}`)
  .join('; ');
