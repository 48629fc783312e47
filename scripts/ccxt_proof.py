#!/usr/bin/env python3
"""Proves the twin with a client nobody here wrote: ccxt, in both dialects, on futures and spot.

usage: ccxt_proof.py BASE_URL [classic|unified] [one-way|hedge]
The keys come from BITGET_API_KEY, BITGET_API_SECRET and BITGET_API_PASSPHRASE. Exits with 1 at the first claim that fails.
"""
import asyncio
import json
import os
import sys
import time
import urllib.request

import ccxt.pro

BASE = sys.argv[1].rstrip("/")
UNIFIED = "unified" in sys.argv[2:]
HEDGE = "hedge" in sys.argv[2:]
FUTURES, SPOT = "BTC/USDT:USDT", "BTC/USDT"
claims = 0


def claim(text, holds, shown=""):
    global claims
    claims += 1
    if not holds:
        print(f"ccxt proof FAILED: {text} {shown}", file=sys.stderr)
        sys.exit(1)
    print(f"  ok  {text}")


def twin(command, body=None):
    request = urllib.request.Request(f"{BASE}/twin/{command}", data=None if body is None else json.dumps(body).encode())
    return json.load(urllib.request.urlopen(request, timeout=10))


def client():
    exchange = ccxt.pro.bitget({
        "apiKey": os.environ["BITGET_API_KEY"], "secret": os.environ["BITGET_API_SECRET"],
        "password": os.environ["BITGET_API_PASSPHRASE"], "enableRateLimit": True,
        "options": {"uta": UNIFIED, "defaultType": "swap"},
    })
    for name in list(exchange.urls["api"]):
        if isinstance(exchange.urls["api"][name], str):
            exchange.urls["api"][name] = BASE
    socket = BASE.replace("http", "ws", 1)
    exchange.urls["api"]["ws"] = {
        "public": f"{socket}/v2/ws/public", "private": f"{socket}/v2/ws/private",
        "utaPublic": f"{socket}/v3/ws/public", "utaPrivate": f"{socket}/v3/ws/private",
    }
    return exchange


async def until(text, look, seconds=10):
    """Asks again until it is so."""
    end = time.time() + seconds
    while True:
        found = await look()
        if found:
            claim(text, True)
            return found
        if time.time() > end:
            claim(text, False, f"within {seconds} s")
        await asyncio.sleep(0.1)


async def market_data(exchange):
    markets = await exchange.load_markets()
    claim("markets are listed", FUTURES in markets and SPOT in markets, list(markets)[:4])
    for symbol in (FUTURES, SPOT):
        ticker = await exchange.fetch_ticker(symbol)
        claim(f"{symbol} has a ticker", ticker["last"] > 0 and ticker["bid"] < ticker["ask"], ticker)
        book = await exchange.fetch_order_book(symbol, 15)
        claim(f"{symbol} has a book", book["bids"][0][0] < book["asks"][0][0])
        candles = await exchange.fetch_ohlcv(symbol, "1h", limit=50)
        steps = {b[0] - a[0] for a, b in zip(candles, candles[1:])}
        claim(f"{symbol} has candles an hour apart", len(candles) == 50 and steps == {3_600_000}, steps)
        trades = await exchange.fetch_trades(symbol)
        claim(f"{symbol} has trades", isinstance(trades, list))


def hedged(params=None):
    return {**(params or {}), **({"hedged": True} if HEDGE else {})}


async def futures(exchange, price):
    await exchange.set_leverage(20, FUTURES)
    limit = await exchange.create_order(FUTURES, "limit", "buy", 0.01, round(price * 0.97, 1), hedged())
    pending = await exchange.fetch_open_orders(FUTURES)
    claim("a futures limit order rests", [o["id"] for o in pending] == [limit["id"]], pending)
    found = await exchange.fetch_order(limit["id"], FUTURES)
    claim("and is found", found["status"] == "open" and found["amount"] == 0.01, found)
    await exchange.cancel_order(limit["id"], FUTURES)

    async def gone():
        return (await exchange.fetch_order(limit["id"], FUTURES))["status"] == "canceled"

    await until("and is cancelled, a moment later", gone)
    await exchange.create_order(FUTURES, "market", "buy", 0.02, None, hedged({"clientOrderId": "ccxt-entry"}))

    async def held():
        return [p for p in await exchange.fetch_positions([FUTURES]) if p["contracts"] == 0.02 and p["side"] == "long"]

    position = (await until("a market order opens a position", held))[0]
    claim("at the price of the market", abs(position["entryPrice"] / price - 1) < 0.02, position["entryPrice"])
    try:
        await exchange.create_order(FUTURES, "market", "buy", 0.02, None, hedged({"clientOrderId": "ccxt-entry"}))
        claim("a client id is good for one order", False)
    except ccxt.pro.ExchangeError:
        claim("a client id is good for one order", True)
    stop = await exchange.create_order(
        FUTURES, "market", "sell", 0.02, None,
        hedged({"stopLossPrice": round(price * 0.95, 1), "reduceOnly": True}))
    claim("a protection is taken", bool(stop["id"]), stop)
    return stop


async def protections(exchange, stop, price):
    async def listed():
        if UNIFIED:
            pending = await exchange.fetch_open_orders(FUTURES, params={"trigger": True})
        else:
            pending = await exchange.fetch_open_orders(FUTURES, params={"trigger": True, "planType": "profit_loss"})
        return [o for o in pending if o["id"] == stop["id"]]

    await until("and listed among the trigger orders", listed)
    twin("price", {"symbol": "BTCUSDT", "price": str(round(price * 0.94, 1))})

    async def flat():
        return not [p for p in await exchange.fetch_positions([FUTURES]) if p["contracts"]]

    await until("and closes the position when it is reached", flat)
    twin("price", {"symbol": "BTCUSDT", "price": str(price)})
    trades = await exchange.fetch_my_trades(FUTURES)
    # Fees of unified accounts are told as positive numbers, which ccxt turns around like the negative ones of V2.
    fees = [abs(t["fee"]["cost"]) for t in trades]
    claim("both executions are told, with their fees", len(fees) == 2 and min(fees) > 0, trades)


async def spot(exchange, price):
    limit = await exchange.create_order(SPOT, "limit", "buy", 0.01, round(price * 0.96, 1))
    pending = await exchange.fetch_open_orders(SPOT)
    claim("a spot limit order rests", [o["id"] for o in pending] == [limit["id"]], pending)
    found = await exchange.fetch_order(limit["id"], SPOT)
    claim("and is found", found["status"] == "open" and found["amount"] == 0.01, found)
    await exchange.cancel_order(limit["id"], SPOT)

    async def gone():
        return not await exchange.fetch_open_orders(SPOT)

    await until("and is cancelled", gone)
    size = await bought(exchange, price, "a spot purchase by its cost")
    await sold(exchange, (await exchange.create_order(SPOT, "market", "sell", size))["id"], "and are sold again")


async def bought(exchange, price, text):
    """Buys for 600 and gives the size of what can be sold again."""
    before = (await exchange.fetch_balance({"type": "spot"})).get("BTC", {}).get("free") or 0
    order = await exchange.create_order(
        SPOT, "market", "buy", 600, None, {"cost": 600, "createMarketBuyOrderRequiresPrice": False})

    async def filled():
        return (await exchange.fetch_order(order["id"], SPOT))["status"] == "closed"

    await until(f"{text} is filled", filled)
    coins = (await exchange.fetch_balance({"type": "spot"}))["BTC"]["free"]
    claim("and the coins are there, less the fee", before < coins < before + 600 / price * 1.02, coins)
    return float(exchange.amount_to_precision(SPOT, coins))


async def sold(exchange, order, text):
    async def closed():
        return (await exchange.fetch_order(order, SPOT))["status"] == "closed"

    await until(text, closed)


async def spot_protections(exchange, price):
    """What ccxt calls a trigger order is all that spot has of stops; of unified accounts it knows the other form."""
    def named(factor):
        return {"stopLossPrice" if UNIFIED else "triggerPrice": round(price * factor, 1)}

    async def waiting():
        return [o["id"] for o in await exchange.fetch_open_orders(SPOT, params={"trigger": True})]

    size = await bought(exchange, price, "a purchase to be protected")
    unwanted = await exchange.create_order(SPOT, "market", "sell", size, None, named(0.96))
    claim("a stop of spot is taken", bool(unwanted["id"]), unwanted)
    claim("and listed among the trigger orders", await waiting() == [unwanted["id"]])
    claim("and not among the others", not await exchange.fetch_open_orders(SPOT))
    await exchange.cancel_order(unwanted["id"], SPOT, {"trigger": True})
    claim("and cancelled", not await waiting())
    stop = await exchange.create_order(SPOT, "market", "sell", size, None, named(0.95))
    since = len(await exchange.fetch_my_trades(SPOT))
    twin("price", {"symbol": "BTCUSDT", "price": str(round(price * 0.94, 1))})

    async def executed():
        return len(await exchange.fetch_my_trades(SPOT)) > since and stop["id"] not in await waiting()

    await until("and sells when it is reached", executed)
    trade = max(await exchange.fetch_my_trades(SPOT), key=lambda t: int(t["id"]))
    claim("all of it, below the trigger", trade["side"] == "sell" and trade["amount"] == size
          and trade["price"] < price * 0.955, trade)
    left = (await exchange.fetch_balance({"type": "spot"})).get("BTC", {}).get("total") or 0
    claim("and dust is left", left < 0.00001, left)
    twin("price", {"symbol": "BTCUSDT", "price": str(price)})


async def public_streams(exchange, symbol):
    ticker = await asyncio.wait_for(exchange.watch_ticker(symbol), 10)
    claim(f"{symbol}: the ticker streams", ticker["last"] > 0 and ticker["symbol"] == symbol)
    book = await asyncio.wait_for(exchange.watch_order_book(symbol), 10)
    claim(f"{symbol}: the book streams", book["bids"][0][0] < book["asks"][0][0])
    candles = await asyncio.wait_for(exchange.watch_ohlcv(symbol, "1m"), 10)
    claim(f"{symbol}: candles stream", len(candles) > 0)
    trades = await asyncio.wait_for(exchange.watch_trades(symbol), 10)
    claim(f"{symbol}: public trades stream", trades[-1]["price"] > 0)


async def news(exchange, streams, act):
    """Listens, acts, and gives what each stream told first; subscriptions need a moment."""
    watched = {name: asyncio.ensure_future(stream) for name, stream in streams.items()}
    await asyncio.sleep(1)
    await act()
    return {name: await asyncio.wait_for(stream, 10) for name, stream in watched.items()}


async def spot_streams(exchange, price):
    await public_streams(exchange, SPOT)

    async def buy():
        await bought(exchange, price, "a purchase that is told of")

    told = await news(exchange, {
        "orders": exchange.watch_orders(SPOT), "fills": exchange.watch_my_trades(SPOT),
    }, buy)
    claim("orders of spot stream", told["orders"][-1]["symbol"] == SPOT and told["orders"][-1]["side"] == "buy", told)
    claim("executions of spot stream", told["fills"][-1]["symbol"] == SPOT and told["fills"][-1]["amount"] > 0, told)
    # The first message is the balance as it is, the next one what a sale makes of it.
    before = await asyncio.wait_for(exchange.watch_balance({"type": "spot"}), 10)
    coins = before["BTC"]["free"]

    async def sell():
        await exchange.create_order(SPOT, "market", "sell", float(exchange.amount_to_precision(SPOT, coins)))

    async def emptied():
        while (await exchange.watch_balance({"type": "spot"}))["BTC"]["free"] > 0.00001:
            pass
        return True

    told = await news(exchange, {"balance": emptied()}, sell)
    claim("balances of spot stream", told["balance"])


async def streams(exchange, price):
    await public_streams(exchange, FUTURES)

    async def sell():
        await exchange.create_order(FUTURES, "market", "sell", 0.01, None, hedged())

    told = await news(exchange, {
        "orders": exchange.watch_orders(FUTURES), "fills": exchange.watch_my_trades(FUTURES),
    }, sell)
    claim("orders stream", told["orders"] and told["orders"][0]["symbol"] == FUTURES, told)
    claim("executions stream", told["fills"] and told["fills"][-1]["amount"] == 0.01, told)
    told = await news(exchange, {"positions": exchange.watch_positions([FUTURES])}, sell)
    claim("positions stream", any(p["side"] == "short" for p in told["positions"]), told)
    before = await asyncio.wait_for(exchange.watch_balance({"type": "swap"}), 10)
    free = before["USDT"]["free"]

    async def changed():
        while (await exchange.watch_balance({"type": "swap"}))["USDT"]["free"] == free:
            pass
        return True

    told = await news(exchange, {"balance": changed()}, sell)
    claim("balances stream", told["balance"])
    if not UNIFIED:
        stop = {"stopLossPrice": round(price * 1.05, 1), "reduceOnly": True}

        async def protect():
            await exchange.create_order(FUTURES, "market", "buy", 0.03, None, hedged(stop))

        told = await news(exchange, {"stops": exchange.watch_orders(FUTURES, params={"trigger": True})}, protect)
        claim("trigger orders stream", told["stops"][-1]["symbol"] == FUTURES, told)
    side = {"posSide" if UNIFIED else "holdSide": "short"} if HEDGE else {}
    await exchange.close_position(FUTURES, None, side)

    async def flat():
        return not [p for p in await exchange.fetch_positions([FUTURES]) if p["contracts"]]

    await until("and the short is closed", flat)


async def main():
    exchange = client()
    try:
        twin("reset", {})
        price = float(twin("status")["prices"]["BTCUSDT"])
        price = round(price, 1)
        twin("price", {"symbol": "BTCUSDT", "price": str(price)})
        await market_data(exchange)
        await protections(exchange, await futures(exchange, price), price)
        await spot(exchange, price)
        await spot_protections(exchange, price)
        await spot_streams(exchange, price)
        await streams(exchange, price)
    finally:
        await exchange.close()
    books = twin("books")
    claim("everything is flat", not books["positions"] and not [p for p in books["plans"] if p["status"] == "live"])
    print(f"ccxt {ccxt.pro.__version__}: {claims} claims hold ({'unified' if UNIFIED else 'classic'},"
          f" {'hedge' if HEDGE else 'one-way'})")


asyncio.run(main())
