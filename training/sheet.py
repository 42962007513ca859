"""A small table of results, for a terminal or as Markdown."""

from dataclasses import dataclass

from rich.table import Table

Row = tuple[str, ...]


@dataclass(frozen=True)
class Sheet:
    """`title`, `headings` and `rows` of one width; the first column names the rows."""

    title: str
    headings: Row
    rows: tuple[Row, ...]

    def table(self) -> Table:
        """For a terminal."""
        table = Table(*self.headings, title=self.title)
        for row in self.rows:
            table.add_row(*row)
        return table

    def markdown(self) -> str:
        """A heading and a Markdown table."""
        return f"## {self.title}\n\n{self.markdown_table()}"

    def markdown_table(self) -> str:
        """The Markdown table alone."""
        lines = [self.headings, tuple("---" for _ in self.headings), *self.rows]
        return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"
