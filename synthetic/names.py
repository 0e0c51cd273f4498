"""Made-up names and CPR numbers of valid shape. No list of real people is behind them."""

import numpy as np

from synthetic.slots import ORIGINS

_WOMEN = {
    "danish": "Anne Kirsten Mette Hanne Lene Susanne Camilla Line Sofie Emma Ida Freja Lærke Karen Inge Bodil Gitte"
    " Birgit Signe Maja Julie Cecilie Pernille Trine Dorthe Åse Maren Rikke Louise Nanna Stine Bente Ulla Jytte",
    "greenlandic": "Aviâja Ivalu Nivi Pipaluk Naja Paninnguaq Inuk Arnaq Malu Najaaraq",
    "western": "Joanna Katarzyna Elena Anja Monika Ingrid Claire Laura Agnieszka Petra",
    "non_western": "Fatima Aisha Leyla Amal Zahra Noor Samira Hodan Yasmin Maryam Rania Hawa Parisa Dilan",
}
_MEN = {
    "danish": "Jens Lars Søren Peter Henrik Thomas Morten Anders Niels Jørgen Kasper Mikkel Oliver Emil Rasmus Bjørn"
    " Ole Finn Preben Torben Flemming Jesper Simon Jakob Frederik Magnus Nikolaj Per Kurt Leif Åge René Steen Claus",
    "greenlandic": "Malik Aqqaluk Inunnguaq Minik Nuka Angutimmarik Ujarak Hans Kaali Paavia",
    "western": "Piotr Tomasz Andrei Stefan Marek Jürgen Luca James Erik Pawel",
    "non_western": "Mohammed Ahmed Ali Hassan Yusuf Omar Abdi Mehmet Ibrahim Karim Reza Bilal Samir Tariq",
}
_FAMILY = {
    "danish": "Jensen Nielsen Hansen Pedersen Andersen Christensen Larsen Sørensen Rasmussen Jørgensen Petersen Madsen"
    " Kristensen Olsen Thomsen Christiansen Poulsen Johansen Møller Mortensen Knudsen Lund Holm Kjær Bach Friis"
    " Østergaard Nørgaard Vestergaard Skov Dam Bruun Lauridsen Toft Krogh Juhl Bjerre Winther Storm Aagaard",
    "greenlandic": "Petersen Olsen Kleist Heilmann Lynge Geisler Rosing Motzfeldt Berthelsen Jeremiassen",
    "western": "Kowalski Nowak Popescu Müller Lindqvist Rossi Schmidt Wiśniewska Ionescu Berg",
    "non_western": "Hussein Ali Ahmed Yilmaz Khan Abdullahi Hassan Mahmoud Haidari Nguyen Warsame Demir Farah Osman",
}
_MIDDLE = "Lund Holm Bach Marie Friis Kjær Skov Damgaard Maria Juul Krag Vang Bay Birk"


def draw_names(rng: np.random.Generator, sex: np.ndarray, origin: np.ndarray) -> np.ndarray:
    """A full name for each person; sex 0 = F, 1 = M, origin in the order of ORIGINS. A third have a middle name."""
    given, family = np.empty(len(sex), dtype=object), np.empty(len(sex), dtype=object)
    for place, name in enumerate(ORIGINS):
        for number, lists in enumerate((_WOMEN, _MEN)):
            here = (origin == place) & (sex == number)
            given[here] = rng.choice(np.array(lists[name].split(), dtype=object), here.sum())
        family[origin == place] = rng.choice(np.array(_FAMILY[name].split(), dtype=object), (origin == place).sum())
    middle = rng.choice(np.array(_MIDDLE.split(), dtype=object), len(sex))
    has_middle = rng.random(len(sex)) < np.where(origin == 0, 0.45, 0.08)
    return np.asarray(given + np.where(has_middle, " " + middle, "") + " " + family, dtype=object)


def draw_cpr(rng: np.random.Generator, birth: np.ndarray, sex: np.ndarray) -> np.ndarray:
    """A CPR number of valid shape for each birth day number: all different, most without a right check digit.

    The date, the seventh digit that tells the century, and the last digit's parity (even = F) are right.
    """
    days = birth.astype("datetime64[D]")
    months = days.astype("datetime64[M]")
    year = months.astype("datetime64[Y]").astype(int) + 1970
    day, month = (days - months).astype(int) + 1, months.astype(int) % 12 + 1
    stem = (day * 10_000 + month * 100 + year % 100).astype(np.int64) * 10_000
    number = stem + _serials(rng, year, sex)
    while True:
        _, first = np.unique(number, return_index=True)
        again = np.setdiff1d(np.arange(len(number)), first)
        if not len(again):
            return np.char.zfill(number.astype(str), 10).astype(object)
        number[again] = stem[again] + _serials(rng, year[again], sex[again])


def _serials(rng: np.random.Generator, year: np.ndarray, sex: np.ndarray) -> np.ndarray:
    """The last four digits: 0-3 begin those born in the 1900s, 4-9 those of 2000-2036."""
    century = np.where(year < 2000, rng.integers(0, 4, len(year)), rng.integers(4, 10, len(year)))
    middle, last = rng.integers(0, 100, len(year)), 2 * rng.integers(0, 5, len(year)) + sex
    return np.asarray(century * 1000 + middle * 10 + last)
