import Core
import Testing

@Suite struct BarTests {
    private func bar(_ values: [Double]) -> Bar {
        Bar(openTime: .epoch, open: values[0], high: values[1], low: values[2], close: values[3], volume: values[4])
    }

    /// What is wrong, by the words of ``BarFlaw``, worst first.
    private func reference(_ v: [Double]) -> BarFlaw? {
        if v.contains(where: { !$0.isFinite }) { return .notFinite }
        if v.prefix(4).contains(where: { $0 <= 0 }) { return .notPositive }
        if v[4] < 0 { return .negativeVolume }
        if v[1] < v[2] { return .highBelowLow }
        return [v[0], v[3]].allSatisfy { (v[2]...v[1]).contains($0) } ? nil : .outsideRange
    }

    @Test func everyCombinationOfOddValuesIsJudgedByTheWords() {
        let odd: [Double] = [.nan, .infinity, -1, 0, 1, 2, 3]
        var flaws: Set<BarFlaw> = []
        var sound = 0
        for index in 0..<16_807 {
            let values = [1, 7, 49, 343, 2401].map { odd[index / $0 % 7] }
            let flaw = bar(values).flaw
            #expect(flaw == reference(values), "\(values)")
            if let flaw { flaws.insert(flaw) } else { sound += 1 }
        }
        #expect(flaws == Set(BarFlaw.allCases))
        #expect(sound > 0)
    }

    @Test func aBarWithoutTradesIsSound() {
        #expect(bar([5, 5, 5, 5, 0]).flaw == nil)
    }
}
