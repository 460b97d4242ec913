/** Reads how pipelines are doing, a few at a time, however many are loaded. */
import { Injectable } from '@nestjs/common';
import { isSchedulable } from '../../domain/admission.js';
import type { Caller } from '../../domain/caller.js';
import type { PipelineDefinition } from '../../domain/definition.js';
import { topologicalOrder } from '../../domain/order.js';
import { fits } from '../../domain/pipeline-pattern.js';
import { Database } from '../../database/database.js';
import { PipelineSet } from '../../pipelines/pipelines.store.js';
import { variableNames } from '../../pipelines/variables.named.js';
import type { DurationsResponse, PipelineOverviewResponse } from './overview.response.js';
import { durationsOf, overviewOf, type OverviewRow, WAITING } from './overview.sql.js';

/** Pipelines that are read at once. */
const AT_ONCE = 50;

@Injectable()
export class OverviewService {
  constructor(
    private readonly database: Database,
    private readonly pipelines: PipelineSet,
  ) {}

  /** JSON of the loaded pipelines, by name, piece by piece. */
  async *json({ pipelines }: Caller): AsyncGenerator<string> {
    const names = this.pipelines.names().filter((name) => fits(name, pipelines));
    let opening = '{"pipelines":[';
    for (let from = 0; from < names.length; from += AT_ONCE) {
      const shown = await this.#read(names.slice(from, from + AT_ONCE));
      if (shown.length === 0) continue;
      yield opening + shown.map((one) => JSON.stringify(one)).join(',');
      opening = ',';
    }
    yield `${opening === ',' ? '' : opening}]}`;
  }

  async #read(names: readonly string[]): Promise<PipelineOverviewResponse[]> {
    const asked = names.map((name) => ({
      name,
      queueLimit: this.pipelines.get(name)?.queueLimit ?? null,
    }));
    const rows = await this.database.prisma.$queryRaw<OverviewRow[]>(overviewOf(asked));
    return rows.flatMap((row) => {
      const definition = this.pipelines.get(row.pipeline);
      return definition === undefined ? [] : [overviewFrom(row, definition)];
    });
  }

  /** None of a pipeline that the caller may not see, nor of one that there is not. */
  async durations(pipeline: string, caller: Caller): Promise<DurationsResponse> {
    if (!fits(pipeline, caller.pipelines)) return { jobs: [] };
    const [row] = await this.database.prisma.$queryRaw<DurationsResponse[]>(durationsOf(pipeline));
    return { jobs: row?.jobs ?? [] };
  }
}

function overviewFrom(row: OverviewRow, definition: PipelineDefinition): PipelineOverviewResponse {
  const { running, waiting } = row;
  const load = { running, waiting, waitingInPartition: 0, anyoneDue: waiting > 0 };
  return {
    pipeline: row.pipeline,
    schedulable: isSchedulable(definition, load),
    running: running > 0,
    concurrency: definition.concurrency,
    ...(definition.queueLimit === null ? {} : { queueLimit: definition.queueLimit }),
    waitingJobs: Math.min(waiting, WAITING),
    runningJobs: running,
    variables: variableNames(definition),
    tasks: topologicalOrder(definition.tasks).map(({ name, dependsOn }) => ({
      name,
      ...(dependsOn.length === 0 ? {} : { dependsOn }),
    })),
    last: row.last,
    usual: row.usual,
  };
}
