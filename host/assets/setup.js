// Setting up works without this. It proposes the browser's own time zone while nobody has typed another.
"use strict";

for (const field of document.querySelectorAll("input[data-own-zone]")) {
  const own = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const known = [...(field.list?.options ?? [])].some((option) => option.value === own);
  if (known && field.value === field.defaultValue) field.value = own;
}
