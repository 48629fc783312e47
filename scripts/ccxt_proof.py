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
    await exchange.cancel_order(limit["id"], SPOT)

    async def gone():
        return not await exchange.fetch_open_orders(SPOT)

    await until("and is cancelled", gone)
    order = await exchange.create_order(SPOT, "market", "buy", 600, None, {"cost": 600, "createMarketBuyOrderRequiresPrice": False})

    async def filled():
        return (await exchange.fetch_order(order["id"], SPOT))["status"] == "closed"

    await until("a spot purchase by its cost is filled", filled)
    balance = await exchange.fetch_balance({"type": "spot"})
    coins = balance["BTC"]["free"]
    claim("and the coins are there, less the fee", 0 < coins < 600 / price * 1.02, coins)
    size = float(exchange.amount_to_precision(SPOT, coins))
    sale = await exchange.create_order(SPOT, "market", "sell", size)

    async def sold():
        return (await exchange.fetch_order(sale["id"], SPOT))["status"] == "closed"

    await until("and are sold again", sold)


async def streams(exchange, price):
    watched = asyncio.ensure_future(exchange.watch_orders(FUTURES))
    trades = asyncio.ensure_future(exchange.watch_my_trades(FUTURES))
    ticker = await asyncio.wait_for(exchange.watch_ticker(FUTURES), 10)
    claim("the ticker streams", ticker["last"] > 0)
    book = await asyncio.wait_for(exchange.watch_order_book(FUTURES), 10)
    claim("the book streams", book["bids"][0][0] < book["asks"][0][0])
    candles = await asyncio.wait_for(exchange.watch_ohlcv(FUTURES, "1m"), 10)
    claim("candles stream", len(candles) > 0)
    await asyncio.sleep(1)
    await exchange.create_order(FUTURES, "market", "sell", 0.01, None, hedged())
    orders = await asyncio.wait_for(watched, 10)
    claim("orders stream", len(orders) > 0 and orders[0]["symbol"] == FUTURES, orders)
    fills = await asyncio.wait_for(trades, 10)
    claim("executions stream", len(fills) > 0 and fills[-1]["amount"] == 0.01, fills)
    positions = asyncio.ensure_future(exchange.watch_positions([FUTURES]))
    await asyncio.sleep(1)
    await exchange.create_order(FUTURES, "market", "sell", 0.01, None, hedged())
    told = await asyncio.wait_for(positions, 10)
    claim("positions stream", any(p["side"] == "short" for p in told), told)
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
        await streams(exchange, price)
    finally:
        await exchange.close()
    books = twin("books")
    claim("everything is flat", not books["positions"])
    print(f"ccxt {ccxt.pro.__version__}: {claims} claims hold ({'unified' if UNIFIED else 'classic'},"
          f" {'hedge' if HEDGE else 'one-way'})")


asyncio.run(main())
