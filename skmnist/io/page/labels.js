/* The question "What digit was it?": one button per class, or a list if there are many. */

const MOST_BUTTONS = 30;

/** Return whether all classes are single digits. */
function areDigits(classes) {
  return classes.every((name) => /^\d$/.test(name));
}

/** Return the panel in which one says what was drawn. */
function labelPanel(model, labelled) {
  const { classes } = model;
  setText(byId("question"), areDigits(classes) ? "What digit was it?" : "What was it?");
  const choices = byId("choices");
  choices.classList.toggle("words", classes.length !== 10 || classes.some((c) => c.length > 2));
  return classes.length <= MOST_BUTTONS
    ? labelButtons(classes, choices, labelled)
    : labelList(classes, choices, labelled);
}

/** Return one button per class. */
function labelButtons(classes, choices, labelled) {
  const buttons = classes.map((name, i) => makeButton("", () => labelled(i), name));
  buttons.forEach((button, i) => { button.title = classes[i]; });
  choices.append(...buttons);
  const show = ({ prediction, target }) => {
    buttons.forEach((button, i) => {
      button.disabled = !prediction;
      button.setAttribute("aria-pressed", String(Boolean(prediction) && i === target));
    });
  };
  return { element: choices, show };
}

/** Return a list of classes. */
function labelList(classes, choices, labelled) {
  const options = classes.map((name, i) => make("option", { value: String(i) }, name));
  const list = make("select", {}, make("option", { value: "" }, "Choose"), ...options);
  list.setAttribute("aria-labelledby", "question");
  list.addEventListener("change", () => labelled(list.value === "" ? null : Number(list.value)));
  choices.append(list);
  const show = ({ prediction, target }) => {
    list.disabled = !prediction;
    list.value = prediction && target !== null ? String(target) : "";
  };
  return { element: choices, show };
}
