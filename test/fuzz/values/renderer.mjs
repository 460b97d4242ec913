// Renders a task with the build of templates that is asked for, also with one from before entries were rendered together.

export async function rendererOf(path) {
  const built = await import(path);
  if (built.renderTask) {
    return (entries, variables) => {
      const { entries: texts, env, problem } = built.renderTask(entries, variables);
      return { entries: texts, env, problem: problem?.message ?? null };
    };
  }
  return (entries, variables) => {
    let env = {};
    const texts = [];
    for (const entry of entries) {
      try {
        const rendered = built.renderScript(entry, variables, env);
        env = rendered.env;
        texts.push(rendered.text);
      } catch (error) {
        if (!(error instanceof built.TemplateError)) throw error;
        return { entries: texts, env, problem: error.message };
      }
    }
    return { entries: texts, env, problem: null };
  };
}
