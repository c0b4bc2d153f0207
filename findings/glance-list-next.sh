#!/usr/bin/env bash
# Guess: the "next" link of a listing leads to the next page of the same question: a listing of the images that have the tags "gold" AND
#   "tested" (tag=gold&tag=tested, as Glance wants it) lists, page by page, what it lists on one page.
# Seen (Glance 25.1.0): of a parameter that is there twice, "next" keeps the last: from the second page on images come that are tested and
#   not gold. Who follows the links, as every client does, picks among images that do not have what was asked for.
. "$(dirname "$(readlink -f "$0")")/glance.sh"

for name in 1 2; do create '{"name": "wrong '$name'", "tags": ["tested"]}'; done
for name in 1 2; do create '{"name": "right '$name'", "tags": ["gold", "tested"]}'; done
names() { python3 -c 'import json, sys; print(*sorted(image["name"] for image in json.load(sys.stdin)["images"]), sep=", ")' <body; }
question="$at?sort=name:asc&tag=gold&tag=tested"
expect 'on one page' 200 "$(call "$question")"
expect 'images' 'right 1, right 2' "$(names)"

expect 'with one image a page' 200 "$(call "$question&limit=1")"
expect 'the first page' 'right 1' "$(names)"
next=$(member next <body | tr -d '"')
all=$(names)
expect 'tags asked for by "next"' 'tag=tested' "$(grep -o 'tag=[a-z]*' <<<"$next")"
while [ "$next" != null ]; do
    call "http://127.0.0.1:$port$next" >/dev/null
    all+=", $(names)"
    next=$(member next <body | tr -d '"')
done
expect 'all pages' 'right 1, right 2, wrong 1, wrong 2' "${all%, }"
