// npm run pin:images -- [--check] [--mirror URL] [FOLDER]: writes to each image of ours that has a tag the digest
// that the tag stands for now, in the Dockerfile, docker-compose.yml and deploy/. Or says which have none (--check).
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { parseImage, resolveDigest } from './image-registry.mjs';

const { values, positionals } = parseArgs({
  options: { check: { type: 'boolean', default: false }, mirror: { type: 'string' } },
  allowPositionals: true,
});
const [folder = '.'] = positionals;

/** Where an image is named: in YAML, and in a Dockerfile as a base, or as an argument that names one. */
const YAML_IMAGE = /^(\s*(?:- )?image:\s*["']?)([^\s"'#]+)/gm;
const DOCKERFILE_IMAGE = /^(ARG \w*IMAGE=|FROM (?:--\S+ )*|COPY --from=)(\S+)/gm;
const OUR_OWN = /^(\S+\/)?holdfast(:\S+)?$/;
/** Substituted by Docker or by Helm. */
const VARIABLE = /\$|\{\{/;

const files = ['Dockerfile', 'docker-compose.yml', ...filesBelow('deploy')]
  .filter((file) => existsSync(join(folder, file)))
  .map((file) => ({ file, text: readFileSync(join(folder, file), 'utf8') }));

try {
  if (values.check) check();
  else await pin();
} catch (error) {
  console.error(`pin-images: ${error.message}`);
  process.exitCode = 1;
}

function check() {
  const unpinned = files.flatMap((one) => imagesIn(one).filter(({ digest }) => digest === null));
  const lines = unpinned.map(({ file, reference }) => `${file}: ${reference}`);
  if (lines.length > 0) throw new Error(`without a digest:\n${lines.join('\n')}`);
}

/** All or nothing: no file is written before every digest is known. An image that has a digest and no tag keeps it. */
async function pin() {
  const images = files.flatMap(imagesIn).filter(({ tag, digest }) => tag !== null || digest === null);
  const digests = new Map();
  for (const image of images) {
    if (image.tag === null) throw new Error(`${image.file}: ${image.reference} has no tag`);
    if (!digests.has(image.tagged)) digests.set(image.tagged, await resolveDigest(image, values.mirror));
  }
  for (const { file, text } of files) {
    const pinned = text.replace(patternOf(file), (all, before, reference) => {
      const digest = digests.get(parseImage(reference)?.tagged);
      return digest === undefined ? all : `${before}${parseImage(reference).tagged}@${digest}`;
    });
    if (pinned !== text) writeFileSync(join(folder, file), pinned);
  }
  for (const [tagged, digest] of digests) console.log(`${tagged}@${digest}`);
}

/** Those of others: neither ours, nor a stage of the same Dockerfile, nor a variable. */
function imagesIn({ file, text }) {
  const stages = [...text.matchAll(/^FROM .* AS (\S+)/gim)].map(([, stage]) => stage);
  return [...text.matchAll(patternOf(file))]
    .map(([, , reference]) => reference)
    .filter(
      (reference) =>
        ![OUR_OWN, VARIABLE].some((other) => other.test(reference)) && !stages.includes(reference),
    )
    .map((reference) => {
      const image = parseImage(reference);
      if (image === null) throw new Error(`${file}: ${reference} is not the name of an image`);
      return { ...image, file, reference };
    });
}

function patternOf(file) {
  return file.endsWith('Dockerfile') ? DOCKERFILE_IMAGE : YAML_IMAGE;
}

function filesBelow(path) {
  if (!existsSync(join(folder, path))) return [];
  return readdirSync(join(folder, path), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.ya?ml$|^Dockerfile$/.test(entry.name))
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)));
}
