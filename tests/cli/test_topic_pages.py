"""What a page of docs/topics tells its reader to type works, and every event key that it names exists."""

import re

from black_box import HERE, Case, main, run

TOPICS = HERE.parent.parent / "docs" / "topics"


def pages():
    return {path.stem: path.read_text() for path in sorted(TOPICS.glob("*.md"))}


def commands(text):
    """Indented lines and inline code, which may be broken over two lines."""
    lines = re.findall(r"(?m)^    (ringside .*)$", text)
    return lines + [" ".join(code.split()) for code in re.findall(r"`(ringside [^`]*)`", text)]


class TopicPages(Case):
    def test_there_are_pages(self):
        self.assertIn("copy_from_user", pages())

    def test_every_command_works(self):
        for page, text in pages().items():
            self.assertTrue(commands(text), page)
            for command in commands(text):
                with self.subTest(page=page, command=command):
                    status, out, err = run(*command.split()[1:])
                    self.assertEqual(status, 0, err)
                    self.assertTrue(out)

    def test_every_key_exists(self):
        for page, text in pages().items():
            sample = re.search(r"ringside run (\w+)", text)[1]  # what the page is about
            alone = set(re.findall(r"`(key:[^`\s]+)`", text))
            for key in sorted(alone):
                with self.subTest(page=page, key=key):
                    found = [run("trace", sample, "--split", split, "--from", key)[0] for split in ("3g1g", "segmented", "4g4g")]
                    self.assertIn(0, found)


if __name__ == "__main__":
    main()
