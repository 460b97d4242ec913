-- When the parts of a piece arrived, and in which order with those of the other stream. Rows of earlier versions have none.
ALTER TABLE "output" ADD COLUMN "arrivals" BYTEA;
