"""Medians, and how sure they are; as statistics.js."""
import random


def percentile(values, p):
    """Linear between the two nearest ranks, as NumPy's default."""
    ordered = sorted(values)
    rank = p / 100 * (len(ordered) - 1)
    low = int(rank)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (rank - low) * (ordered[high] - ordered[low])


def median(values):
    return percentile(values, 50)


def compare_blocks(first, second):
    """The ratio of the medians of two lists of neighbouring blocks, with a 95 % confidence interval
    by bootstrap over the pairs. Seeded: the same measurements give the same interval."""
    pairs = min(len(first), len(second))
    chance = random.Random(1)
    ratios = []
    for _ in range(1000):
        picks = [chance.randrange(pairs) for _ in range(pairs)]
        ratios.append(median([first[i] for i in picks]) / median([second[i] for i in picks]))
    return {"ratio": median(first) / median(second),
            "low": percentile(ratios, 2.5), "high": percentile(ratios, 97.5)}
