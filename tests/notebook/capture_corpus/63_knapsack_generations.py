# %%
import random
from types import SimpleNamespace

import matplotlib.pyplot as plt

random.seed(63)
gear = [(random.randint(1, 30), random.randint(5, 60)) for _ in range(40)]  # weight, worth
limit = 200


def fitness(genome):
    weight = sum(w for bit, (w, _) in zip(genome, gear) if bit)
    worth = sum(v for bit, (_, v) in zip(genome, gear) if bit)
    return worth if weight <= limit else max(0, worth - 10 * (weight - limit))


# %% track
cfg = SimpleNamespace(population=60, generations=45, elite=4, crossover=0.8, mutation=0.02)

population = [[int(random.random() < 0.3) for _ in gear] for _ in range(cfg.population)]
log = []
generation = 0
while generation < cfg.generations:
    ranked = sorted(population, key=fitness, reverse=True)
    best, mean = fitness(ranked[0]), sum(map(fitness, ranked)) / len(ranked)
    log.append((generation, best, mean))
    print(f"generation {generation:3d}  best {best:5d}  mean {mean:8.2f}", end="\r")

    children = ranked[: cfg.elite]
    while len(children) < cfg.population:
        mother, father = random.choices(ranked[: cfg.population // 2], k=2)
        child = list(mother)
        if random.random() < cfg.crossover:
            cut = random.randrange(1, len(gear))
            child = mother[:cut] + father[cut:]
        child = [bit ^ (random.random() < cfg.mutation) for bit in child]
        children.append(child)
    population = children
    generation += 1

champion = max(population, key=fitness)
best_worth = fitness(champion)
load = sum(w for bit, (w, _) in zip(champion, gear) if bit)
print(f"\nworth {best_worth}, {load} of {limit} kg, {sum(champion)} things")

steps, bests, means = zip(*log)
plt.plot(steps, bests)
plt.plot(steps, means, "--")
