// Applies the migrations to DATABASE_URL, which every start does as well; for who wants to do it beforehand.
import { migrate } from '../dist/database/migrations/migrations.js';

const url = process.env.DATABASE_URL;
if (!url) {
  console.error('holdfast: set DATABASE_URL to the database that the migrations are for');
  process.exit(1);
}
try {
  const applied = await migrate(url);
  console.log(applied.length === 0 ? 'the database is up to date' : `applied ${applied.join(', ')}`);
  // The engine leaves a timer of ten seconds behind.
  process.exit(0);
} catch (error) {
  console.error(`holdfast: ${error.message}`);
  process.exit(1);
}
