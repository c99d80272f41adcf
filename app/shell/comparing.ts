// What the page's state needs to know about comparisons. Loaded with the first one, because it is a lot of code.

export { changeAbout, findChange, nameOfChange, objectOfChange } from "../diff/lists/about.ts";
export { byTask, shownChanges, stepInEvents } from "../diff/lists/events.ts";
export { hiddenChanges } from "../diff/lists/filter.ts";
export { changeSentence } from "../export/changes/changes-text.ts";
