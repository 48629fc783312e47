import Core
import Engine
import Testing

@Suite struct TradingStateTests {
    /// The whole table, pair by pair; nil is refused.
    private static let table: [TradingState: [TradingEvent: TradingState]] = [
        .active: [.restricted: .reducing, .killed: .halted],
        .reducing: [.restricted: .reducing, .eased: .reducing, .cleared: .active, .killed: .halted],
        .halted: [
            .restricted: .halted, .eased: .halted, .cleared: .halted, .killed: .halted, .revived: .active,
            .revivedRestricted: .reducing,
        ],
    ]

    @Test(arguments: TradingState.allCases, TradingEvent.allCases)
    func everyPairOfStateAndEventIsDecided(state: TradingState, event: TradingEvent) throws {
        if let next = Self.table[state]?[event] {
            #expect(try state.after(event) == next)
        } else {
            #expect(throws: IllegalTradingTransition.self) { try state.after(event) }
        }
    }

    private func cause(_ rule: RiskCode, _ currency: String? = nil) -> TradingRestriction {
        TradingRestriction(
            rule: rule, currency: currency.map { Currency($0) }, figures: "2 > 1", sentence: "two is more than one",
            action: .reducing, since: .epoch)
    }

    /// State and causes never contradict each other, whatever comes in whatever order.
    @Test(arguments: 1...20 as ClosedRange<UInt64>) func theMachineFollowsItsCausesAndTheSwitch(seed: UInt64) {
        var (machine, random) = (TradingMachine(), SeededRandom(seed: seed))
        let rules: [RiskCode] = [.dailyLoss, .maxDrawdown, .lossStreak]
        var (killed, active) = (false, Set<RiskCode>())
        for _ in 0..<500 {
            let rule = rules[random.below(3)]
            switch random.below(4) {
            case 0:
                let (isNew, restricted) = (active.insert(rule).inserted, machine.restrict(cause(rule)))
                #expect(restricted == isNew)
            case 1:
                let (expected, released) = (active.remove(rule), machine.release(rule))
                #expect(released.map(\.rule) == (expected.map { [$0] } ?? []))
            case 2 where random.chance(0.2):
                let released = machine.release(nil).count
                #expect(released == active.count)
                active = []
            default:
                killed = random.chance(0.5)
                machine.follow(killed: killed)
            }
            #expect(machine.state == (killed ? .halted : active.isEmpty ? .active : .reducing))
            #expect(Set(machine.restrictions.map(\.rule)) == active)
        }
    }

    @Test func oneRuleRestrictsOncePerCurrency() {
        var machine = TradingMachine()
        let isNew = ["USDT", "USDT", "RUB"].map { machine.restrict(cause(.dailyLoss, $0)) }
        #expect(isNew == [true, false, true])
        let released = machine.release(.dailyLoss)
        #expect(released.count == 2)
        #expect(machine.state == .active)
    }
}
