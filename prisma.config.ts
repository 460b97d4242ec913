// Settings of the Prisma CLI, which only generates the client here; `src/database` applies the migrations.
import { defineConfig } from 'prisma/config';

// `prisma generate` never calls the schema engine, but downloads one unless it is told where it is.
if (process.argv.includes('generate')) process.env['PRISMA_SCHEMA_ENGINE_BINARY'] ??= process.execPath;

export default defineConfig({
  schema: 'prisma/schema.prisma',
  migrations: { path: 'prisma/migrations' },
  datasource: { url: process.env['DATABASE_URL'] ?? 'postgresql://localhost/holdfast' },
});
