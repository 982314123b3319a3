/* Test images that the model reads wrongly, to click on and look into. */

/** Return the panel with the mistakes; `opened` is called with the one that is clicked. */
function mistakesPanel(model, opened) {
  const { mistakes, side } = model;
  let shades = null;
  let buttons = [];
  byId("mistakes").hidden = !mistakes.length;

  const button = (mistake) => {
    const { pixels, label, predicted } = mistake;
    return thumbnail(pixels, side, labelsAsText(label, predicted), shades, () => opened(mistake));
  };
  const show = (state) => {
    if (shades !== state.shades) {
      shades = state.shades;
      buttons = mistakes.map(button);
      byId("wrong").replaceChildren(...buttons.map((each) => make("li", {}, each)));
    }
    mistakes.forEach((mistake, i) => {
      const isOpen = String(mistake === state.picture);
      if (buttons[i].getAttribute("aria-pressed") !== isOpen) {
        buttons[i].setAttribute("aria-pressed", isOpen);
      }
    });
  };
  return { element: byId("mistakes"), show };
}
