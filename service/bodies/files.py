"""Bodies that are files: each is read by its parser in `data.formats`, foreign ones in a process of their own."""

from data.errors import FormatError
from data.formats import EVERY, FORMATS, Source, confined
from service.bodies.codec import Bytes, Codec, Several
from service.bodies.in_memory import as_file
from service.errors import refusal_of
from service.question import Given, Query


def of_file(ending: str, *, text: bool = False) -> Codec:
    """The codec of files whose name ends so."""

    def read(body: Bytes, query: Query, name: str, every: Several) -> list[Given]:
        wanted = every if isinstance(every, tuple) else EVERY if every and query.channel is None else query.channel
        try:
            if ending in confined.CONFINED:
                signals = confined.read(body, name, ending, wanted)
            else:
                signals = FORMATS[ending](Source(name, as_file(body)), wanted)
        except FormatError as error:
            raise refusal_of(error) from None
        return [Given(signal, query) for signal in signals]

    return Codec(read, text)


read_csv = of_file(".csv", text=True)
read_npy = of_file(".npy")
read_wav = of_file(".wav")
read_mat = of_file(".mat")
read_tdms = of_file(".tdms")
read_uff = of_file(".uff")

BY_ENDING = {
    ".csv": read_csv,
    ".txt": read_csv,
    ".npy": read_npy,
    ".wav": read_wav,
    ".mat": read_mat,
    ".tdms": read_tdms,
    ".uff": read_uff,
    ".unv": read_uff,
}
