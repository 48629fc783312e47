import Core
import Engine

extension RiskBoundaryTests {
    /// Every limit of every rule.
    static func table() throws -> [Boundary] {
        try orderTable() + marketTable() + sizeTable() + paceTable() + lossTable() + regimeTable()
    }

    /// Scenes that differ in one thing.
    private static func scenes<Value>(
        _ values: [Value], _ limits: (inout RiskLimits) -> Void = { _ in }, _ change: (inout GateScene, Value) -> Void
    ) throws -> [GateScene] {
        try values.map { value in
            var scene = try GateScene()
            limits(&scene.limits)
            change(&scene, value)
            return scene
        }
    }

    private static func boundary<Value>(
        _ code: RiskCode, _ inside: [Value], _ beyond: [(Value, String)],
        limits: (inout RiskLimits) -> Void = { _ in }, _ change: (inout GateScene, Value) -> Void
    ) throws -> Boundary {
        let failing = try scenes(beyond.map(\.0), limits, change)
        return Boundary(
            code: code, passes: try scenes(inside, limits, change),
            fails: zip(failing, beyond).map { ($0, $1.1) })
    }

    private static func money(_ text: String) -> Money { Money(text) ?? .zero }
    private static func price(_ text: String) -> Price { Price(text) ?? .zero }
    private static func quantity(_ text: String) -> Quantity { Quantity(text) ?? .zero }
    private static func decimal(_ text: String) -> FixedDecimal { FixedDecimal(text) ?? .zero }

    private static func orderTable() throws -> [Boundary] {
        [
            try boundary(.tradingState, [TradingState.active], [(.halted, "halted"), (.reducing, "reducing")]) {
                $0.state = $1
            },
            try boundary(.duplicateOrder, [false], [(true, "exists already")]) { $0.isDuplicate = $1 },
            try boundary(.wouldFlip, ["4.999", "5"], [("5.001", "5.001 of 5")]) {
                ($0.closes, $0.quantity) = (true, quantity($1))
            },
            try boundary(.stopNotPlaceable, ["99.99"], [("100", "100 at 100")]) { $0.stop = price($1) },
            try boundary(.instrumentRules, ["1", "1.001"], [("1.0001", "1.0001 offLot")]) {
                $0.quantity = quantity($1)
            },
            try boundary(.unprotectedBudget, [nil], [(RiskCode.unprotectedBudget, "9.00 > 5.00")]) {
                if let code = $1 { $0.restrict(code, "9.00 > 5.00") }
            },
        ]
    }

    private static func marketTable() throws -> [Boundary] {
        [
            try boundary(.signalExpired, [59_999, 60_000], [(60_001, "60.001 s > 60.0 s")]) {
                $0.signalAge = TimeSpan(milliseconds: $1)
            },
            try boundary(.clockSkew, [-1000, 0, 1000], [(1001, "1.001 s > 1.0 s"), (-1001, "1.001 s > 1.0 s")]) {
                $0.outlook.clockOffset = TimeSpan(milliseconds: $1)
            },
            try boundary(.marketClosed, [true], [(false, "opens 2024-03-04 07:00 UTC")]) {
                $0.session = ($1, Timestamp(milliseconds: 1_709_535_600_000))
            },
            try boundary(.stalePrice, [29_999, 30_000], [(30_001, "30.001 s > 30.0 s")]) {
                $0.priceAge = TimeSpan(milliseconds: $1)
            },
            try boundary(.stalePrice, [29_999, 30_000], [(30_001, "30.001 s > 30.0 s")]) {
                $0.quote = (price("99.99"), price("100.01"), TimeSpan(milliseconds: $1))
            },
            try boundary(.priceCollar, ["101.99", "102", "98"], [("102.01", "2.01 > 2.00"), ("97.99", "2.01 > 2.00")]) {
                $0.last = price($1)
            },
            // The spread is taken of the middle: 99.85 to 100.15 is 0.30 % of 100.
            try boundary(
                .spreadCap, ["99.86", "99.85"], [("99.84", "0.31 > 0.30"), ("99.74", "0.41 > 0.30")],
                limits: { $0.slippagePercent = nil }
            ) { $0.quote = (price($1), price("100.15"), .zero) },
            try boundary(.slippageCap, ["100.09", "100.1"], [("100.11", "0.11 > 0.10")]) {
                $0.quote = (price("99.95"), price($1), .zero)
            },
            try boundary(.slippageCap, ["100.09", "100.1"], [("100.11", "0.11 > 0.10")]) {
                $0.lastFill = (price($1), TimeSpan.seconds(3599))
            },
            try boundary(.slippageCap, [3600, 3601], [(3599, "0.50 > 0.10")]) {
                $0.lastFill = (price("100.5"), TimeSpan.seconds($1))
            },
        ]
    }

    private static func sizeTable() throws -> [Boundary] {
        [
            try boundary(
                .maxQuantity, ["9.999", "10"], [("10.001", "10.001 > 10")],
                limits: {
                    $0.maxQuantity = quantity("10")
                }
            ) { $0.quantity = quantity($1) },
            try boundary(
                .maxOrderNotional, ["9.999", "10"], [("10.001", "1000.10 > 1000.00")],
                limits: {
                    $0.maxOrderNotional = MoneyLimit("1,USDT:1000")
                }
            ) { $0.quantity = quantity($1) },
            // Held 5, ordered 3: what is on its way counts like what is held.
            try boundary(
                .maxPositionNotional, ["1.999", "2"], [("2.001", "1000.10 > 1000.00")],
                limits: {
                    $0.maxPositionNotional = MoneyLimit("1000")
                }
            ) { ($0.position, $0.ordered, $0.quantity) = (quantity("5"), quantity("3"), quantity($1)) },
            // 400 held by others, equity 1000 + 200 - 100 = 1100: 2.2 of it is 2420.
            try boundary(
                .maxLeverage, ["20.199", "20.2"], [("20.201", "2.2001 > 2.20")],
                limits: {
                    $0.maxLeverage = decimal("2.2")
                }
            ) {
                $0.outlook.heldByOthers = money("400")
                ($0.outlook.peakEquity, $0.outlook.belowPeak) = (money("1200"), money("100"))
                $0.quantity = quantity($1)
            },
            try boundary(
                .groupExposure, ["5.999", "6"], [("6.001", "1000.10 > 1000.00")],
                limits: {
                    $0.correlation = CorrelationGroups([], limit: MoneyLimit([:], others: money("1000")))
                }
            ) {
                $0.outlook.groups = [("small", money("1")), ("majors", money("400"))]
                $0.quantity = quantity($1)
            },
        ]
    }

    private static func paceTable() throws -> [Boundary] {
        [
            try boundary(.cooldown, [60_000, 60_001], [(59_999, "59.999 s < 60.0 s")]) {
                $0.entryAge = TimeSpan(milliseconds: $1)
            },
            try boundary(.repeatedOrder, [0, 2], [(3, "4 > 3")]) {
                $0.outlook.recent = Array(repeating: $0.entered, count: $1)
            },
            try boundary(.ordersPerFiveMinutes, [0, 1], [(2, "3 > 2")], limits: { $0.ordersPerFiveMinutes = 2 }) {
                $0.outlook.recent = Array(repeating: $0.entered, count: $1)
            },
            try boundary(.ordersPerDay, [0, 6], [(7, "8 > 7")]) { $0.outlook.ordersToday = $1 },
            try boundary(
                .turnoverPerFiveMinutes, ["8.999", "9"], [("9.001", "1000.10 > 1000.00")],
                limits: {
                    $0.turnoverPerFiveMinutes = MoneyLimit("1000")
                }
            ) {
                $0.outlook.recent = [$0.entered]
                $0.quantity = quantity($1)
            },
            try boundary(.turnoverPerDay, ["9.999", "10"], [("10.001", "5000.10 > 5000.00")]) {
                $0.outlook.turnoverToday = money("4000")
                $0.quantity = quantity($1)
            },
        ]
    }

    private static func lossTable() throws -> [Boundary] {
        [
            try boundary(.dailyLoss, ["99.999999999999", "100"], [("100.01", "100.01 > 100.00")]) {
                ($0.outlook.lossToday, $0.outlook.belowPeak) = (money($1), .zero)
            },
            // What the asset lost since the counters looked counts too.
            try boundary(.dailyLoss, ["-30"], [("-30.000001", "100.000001 > 100.00")]) {
                ($0.outlook.lossToday, $0.profit) = (money("70"), money($1))
            },
            try boundary(.maxDrawdown, ["119.99", "120"], [("120.01", "10.001 > 10.00")]) {
                ($0.outlook.belowPeak, $0.outlook.peakEquity) = (money($1), money("1200"))
            },
            try boundary(.lossStreak, [0, 4], [(5, "5 >= 5")]) { $0.outlook.lossStreak = $1 },
            try boundary(.dailyLoss, [nil], [(RiskCode.dailyLoss, "104.20 > 100.00")]) {
                if let code = $1 { $0.restrict(code, "104.20 > 100.00") }
            },
        ]
    }

    private static func regimeTable() throws -> [Boundary] {
        let hour: Int64 = 3_600_000
        return [
            try boundary(.regimeRiskOff, ["-5", "0.34", "0.35"], [("0.36", "DXY 0.36 > 0.35")]) {
                $0.regime = RegimeReading(at: GateScene.now, dollarIndexChange: decimal($1))
            },
            try boundary(.regimeRiskOff, ["-5", "0.59", "0.6"], [("0.61", "BTC.D 0.61 > 0.60")]) {
                $0.regime = RegimeReading(at: GateScene.now, bitcoinDominanceChange: decimal($1))
            },
            try boundary(
                .regimeRiskOff, [8 * hour, 8 * hour + 1, -1],
                [(8 * hour - 1, "FOMC 7.99 h < 8.00 h"), (0, "FOMC 0.00 h < 8.00 h")]
            ) { $0.regime = RegimeReading(at: GateScene.now, nextMeeting: GateScene.now + TimeSpan(milliseconds: $1)) },
            try boundary(.regimeStale, [0, 6 * hour], [(6 * hour + 1, "21600.001 s > 21600.0 s")]) {
                $0.regime = RegimeReading(at: GateScene.now - TimeSpan(milliseconds: $1), dollarIndexChange: .zero)
            },
            try boundary(.regimeStale, [], [("gone", "unreadable")]) {
                $0.regime = RegimeReading(at: GateScene.now, dollarIndexChange: .zero, fault: $1)
            },
            try boundary(.regimeStale, [], [("", "empty")]) { scene, _ in
                scene.regime = RegimeReading(at: GateScene.now)
            },
        ]
    }
}
