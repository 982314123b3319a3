/* What is written in the model about itself. */

/** Show the description of the model, a list of names and values. */
function showAbout(model) {
  for (const [name, value] of model.description ?? []) {
    byId("about").append(make("dt", {}, name), make("dd", {}, value));
  }
}
