/** The whole of an output as a file, as it was written. */
import { useState } from 'react';
import { addressOf, ask } from '../api/client.js';
import { token } from '../api/session.js';
import { useSignal } from '../api/signal.js';
import type { OutputStream } from '../api/types.js';
import { Glyph } from '../parts/glyph.js';

interface Props {
  readonly jobId: string;
  readonly task: string;
  readonly attempt: number | null;
  readonly stream: OutputStream;
}

export function Download({ jobId, task, attempt, stream }: Props) {
  const given = useSignal(token);
  const [failed, setFailed] = useState(false);
  const query = { id: jobId, task, attempt, stream };
  const name = `${task}.${stream}.txt`;
  const fetchFirst = async () => {
    setFailed(false);
    try {
      const content = await (await ask('job/logs/raw', { query })).blob();
      save(content, name);
    } catch {
      setFailed(true);
    }
  };
  return (
    <a
      className="tool"
      href={addressOf('job/logs/raw', query)}
      download={name}
      title={failed ? 'That did not work; once more?' : `Download ${stream}`}
      onClick={(event) => {
        // A link cannot bring a token along, and in its address others would see it.
        if (given === null) return;
        event.preventDefault();
        void fetchFirst();
      }}
    >
      <Glyph name="download" />
      {stream === 'stdout' ? 'out' : 'err'}
      <span className="visually-hidden">
        , download of {stream}
        {failed ? ', which did not work' : ''}
      </span>
    </a>
  );
}

function save(content: Blob, name: string): void {
  const url = URL.createObjectURL(content);
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => {
    URL.revokeObjectURL(url);
  }, 60_000);
}
