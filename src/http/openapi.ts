/** The API's description at /openapi.json, and Swagger UI over it at /docs. */
import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';

export function describeApi(app: INestApplication, version: string, basePath: string | null): OpenAPIObject {
  const description =
    'Schedules pipelines of shell tasks and keeps every job, task and line of output in Postgres. ' +
    'Every error, of every kind and route, is `{"error": "<message>"}`.';
  const builder = new DocumentBuilder()
    .setTitle('Holdfast')
    .setDescription(description)
    .setVersion(version)
    .setLicense('MIT', 'https://opensource.org/license/mit')
    .addBearerAuth({
      type: 'http',
      scheme: 'bearer',
      bearerFormat: 'JWT',
      description: 'Where the service asks for tokens; `npm run token` prints one.',
    })
    .addTag('job', 'One job: read it, read its output, cancel it')
    .addTag('jobs', 'Many jobs: find them, watch them')
    .addTag('pipelines', 'What can be scheduled, and what has been')
    .addTag('health', 'For whoever watches over the process');
  if (basePath !== null) builder.addServer(basePath);
  return SwaggerModule.createDocument(app, builder.build(), {
    operationIdFactory: (_controller, method) => method,
  });
}

/** Whether a route is one of those: there is no secret in them, so everybody may read them. */
export const isDescription = (url: string) => /^\/(docs(\/.*)?|openapi\.(json|yaml))$/.test(url);

export function serveApiDescription(app: INestApplication, version: string, basePath: string | null): void {
  SwaggerModule.setup('docs', app, () => describeApi(app, version, basePath), {
    jsonDocumentUrl: 'openapi.json',
    yamlDocumentUrl: 'openapi.yaml',
    customSiteTitle: 'Holdfast API',
  });
}
