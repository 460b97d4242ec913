/** A tool of the output that is on or off. */

interface Props {
  readonly label: string;
  readonly title?: string;
  readonly isOn: boolean;
  readonly onToggle: (isOn: boolean) => void;
}

export function Toggle({ label, title, isOn, onToggle }: Props) {
  return (
    <button
      type="button"
      className="tool"
      aria-pressed={isOn}
      title={title}
      onClick={() => {
        onToggle(!isOn);
      }}
    >
      {label}
    </button>
  );
}
