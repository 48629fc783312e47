"""W3 with DEAP over the numba evaluation: 200 individuals, 20 generations, one thread."""
import random
import time

import deap
from deap import algorithms, base, creator, tools
from search_common import Times, arguments, bars, line
from sweep_numba import evaluate

options = arguments(seed=1)
opens, _, _, closes, _ = bars(options.csv)
evaluate(opens, closes, 5, 60)
creator.create("Best", base.Fitness, weights=(1.0,))
creator.create("Pair", list, fitness=creator.Best)


def fitness(pair):
    fast, slow = pair
    return (evaluate(opens, closes, fast, slow) if fast < slow else 0.0,)


def search(seed):
    random.seed(seed)
    box = base.Toolbox()
    box.register("fast", random.randint, 2, 100)
    box.register("slow", random.randint, 5, 400)
    box.register("pair", tools.initCycle, creator.Pair, (box.fast, box.slow), n=1)
    box.register("population", tools.initRepeat, list, box.pair)
    box.register("evaluate", fitness)
    box.register("mate", tools.cxUniform, indpb=0.5)
    box.register("mutate", tools.mutUniformInt, low=[2, 5], up=[100, 400], indpb=0.5)
    box.register("select", tools.selTournament, tournsize=3)
    best = tools.HallOfFame(1)
    start, processor, times = time.perf_counter(), time.process_time(), Times()
    _, log = algorithms.eaSimple(box.population(n=200), box, cxpb=0.5, mutpb=0.3, ngen=20, halloffame=best, verbose=False)
    times.keep(time.perf_counter() - start, time.process_time() - processor)
    return times, sum(log.select("nevals")), best[0].fitness.values[0], list(best[0])


for seed in range(options.seed, options.seed + options.runs):
    times, evaluations, best, pair = search(seed)
    line("W3", "deap+numba", deap.__version__, f"seed-{seed}", len(closes), evaluations, times,
         evals_per_s=evaluations / times[0], best=best, pair=pair)
