/** What is shown while the API does not know who calls. */
import { type SubmitEvent, useState } from 'react';
import { type Refusal, signIn, token } from '../api/session.js';
import { useSignal } from '../api/signal.js';
import { useTitle } from '../parts/title.js';
import { client } from './queries.js';

export function SignIn({ refusal }: { refusal: Refusal }) {
  useTitle('Sign in');
  return refusal.by === 'gateway' ? <AskGateway message={refusal.message} /> : <AskToken {...refusal} />;
}

function AskGateway({ message }: { message: string }) {
  return (
    <div className="state">
      <h1>Your gateway has not said who you are</h1>
      <p>
        Sign in there, then load this page again. The service says: <q>{message}</q>.
      </p>
      <button
        type="button"
        className="button button-main"
        onClick={() => {
          window.location.reload();
        }}
      >
        Load again
      </button>
    </div>
  );
}

function AskToken({ message }: Refusal) {
  const [text, setText] = useState('');
  const given = useSignal(token);
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    if (text.trim() === '') return;
    signIn(text);
    void client.invalidateQueries();
  };
  return (
    <form className="sign-in card" onSubmit={submit}>
      <h1>Sign in</h1>
      <p>
        This service asks for a token (a JWT). Whoever runs it can give you one; on its machine,{' '}
        <code>npm run token</code> prints one.
      </p>
      <label className="field">
        <span className="field-name">Token</span>
        <input
          type="password"
          name="token"
          autoComplete="off"
          spellCheck={false}
          value={text}
          aria-describedby="sign-in-said"
          aria-invalid={given === null ? undefined : true}
          onChange={(event) => {
            setText(event.target.value);
          }}
        />
      </label>
      <p
        id="sign-in-said"
        className={given === null ? 'hint' : 'wrong'}
        role={given === null ? undefined : 'alert'}
      >
        {given === null
          ? 'It is kept in this tab only, and sent to this service only.'
          : `The token was refused: ${message}.`}
      </p>
      <button type="submit" className="button button-main" disabled={text.trim() === ''}>
        Sign in
      </button>
    </form>
  );
}
