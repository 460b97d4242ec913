/** Starts a pipeline, in a dialog over the page. */
import { useQuery } from '@tanstack/react-query';
import { overview, pipelines } from '../app/queries.js';
import { Dialog } from '../parts/dialog.js';
import { Failure, Loading } from '../parts/states.js';
import { type Like, StartForm } from './start-form.js';

interface Props {
  readonly pipeline: string;
  readonly like?: Like;
  readonly onClose: () => void;
}

export function StartDialog({ pipeline, like, onClose }: Props) {
  const declared = useQuery(pipelines);
  const seen = useQuery(overview);
  const found = declared.data?.find((one) => one.pipeline === pipeline);
  const used = seen.data?.find((one) => one.pipeline === pipeline)?.variables ?? [];
  return (
    <Dialog title={`Start ${pipeline}`} onClose={onClose}>
      {found !== undefined && !seen.isPending ? (
        <StartForm pipeline={found} used={used} like={like} onClose={onClose} />
      ) : declared.error !== null ? (
        <Failure error={declared.error} what="the pipeline" again={() => void declared.refetch()} />
      ) : declared.isPending || seen.isPending ? (
        <Loading what="the form" />
      ) : (
        <p>There is no pipeline of this name any more.</p>
      )}
    </Dialog>
  );
}
