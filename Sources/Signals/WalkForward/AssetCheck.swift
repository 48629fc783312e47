import Core
import Optimizer

/// Computes one asset's rows again and compares bit for bit.
struct AssetCheck {
    let asset: ArtifactAsset
    let bars: BarSeries
    let origin: ArtifactOrigin
    let column: FeatureTable.ColumnMaker

    /// A fold in rows of the bars and of the columns.
    private struct Span {
        let fold: Int
        let genome: Genome
        let rows: Range<Int>
        let firstColumn: Int
        /// Whether the fold before left a position, as it does where the asset has no bar at that fold's last moment.
        let startsFlat: Bool
    }

    func findings(cuts: Int, random: inout SeededRandom) -> [ArtifactFinding] {
        var found: [ArtifactFinding] = []
        var spans: [Span] = []
        let whole = AssetStudy(bars: bars, costs: origin.costs, timeframes: origin.timeframes, column: column)
        var column = 0
        for fold in asset.folds.indices {
            guard let strategy = origin.strategy(asset.folds[fold].genome) else {
                return found + [.unknownGenome(asset.symbol, fold: fold)]
            }
            guard let span = span(fold, Genome(strategy.genes), firstColumn: column) else {
                return found + [.windowsDiffer(asset.symbol, fold: fold)]
            }
            column += span.rows.count
            spans.append(span)
            if let row = firstDifference(span, on: whole, through: span.rows.upperBound) {
                found.append(.rowDiffers(asset.symbol, fold: fold, time: bars.closeTime(row)))
            }
        }
        guard column == asset.columns.count else {
            return found + [.windowsDiffer(asset.symbol, fold: asset.folds.count - 1)]
        }
        return found.isEmpty ? lookAhead(spans, cuts, &random) : found
    }

    private func lookAhead(_ spans: [Span], _ cuts: Int, _ random: inout SeededRandom) -> [ArtifactFinding] {
        var found: [ArtifactFinding] = []
        for _ in 0..<cuts {
            let span = spans[random.below(spans.count)]
            let cut = span.rows.lowerBound + 1 + random.below(span.rows.count)
            let study = AssetStudy(
                bars: bars.prefix(cut), costs: origin.costs, genome: span.genome, timeframes: origin.timeframes,
                column: column)
            if let row = firstDifference(span, on: study, through: cut) {
                let (time, end) = (bars.closeTime(row), bars.closeTime(cut - 1))
                found.append(.looksAhead(asset.symbol, fold: span.fold, time: time, cut: end))
            }
        }
        return found
    }

    /// The rows of a fold, when its windows lie on bars and its rows have the bars' closes.
    private func span(_ fold: Int, _ genome: Genome, firstColumn: Int) -> Span? {
        let trade = asset.folds[fold].trade
        let lower = bars.firstRow(closingAtOrAfter: trade.first)
        let upper = bars.firstRow(closingAtOrAfter: trade.last) + 1
        guard upper <= bars.count, lower < upper, firstColumn + upper - lower <= asset.columns.count,
            bars.closeTime(lower).milliseconds == trade.first, bars.closeTime(upper - 1).milliseconds == trade.last
        else { return nil }
        for row in lower..<upper {
            let column = firstColumn + row - lower
            guard asset.columns.time[column] == bars.closeTime(row).milliseconds, asset.columns.fold[column] == fold
            else { return nil }
        }
        return Span(
            fold: fold, genome: genome, rows: lower..<upper, firstColumn: firstColumn,
            startsFlat: firstColumn > 0 && asset.columns.target[firstColumn - 1] != 0)
    }

    /// The first row before `end` that `study` decides differently. A whole fold ends flat; on a shared timeline it
    /// may end at a moment at which this asset has no bar, and then its last row is like any other.
    private func firstDifference(_ span: Span, on study: AssetStudy, through end: Int) -> Int? {
        let rows = span.rows.lowerBound..<end
        let isWhole = end == span.rows.upperBound && !asset.folds[span.fold].tail
        let flat = firstDifference(span, study, rows, flatRow: isWhole ? end - 1 : nil)
        guard flat != nil, isWhole, origin.mode == .universal else { return flat }
        return firstDifference(span, study, rows, flatRow: nil)
    }

    private func firstDifference(_ span: Span, _ study: AssetStudy, _ rows: Range<Int>, flatRow: Int?) -> Int? {
        var computed = SignalColumns()
        let evaluation = study.evaluated(span.genome, rows: rows, flatRow: flatRow, startsFlat: span.startsFlat)
        for row in evaluation.signalRows(of: study.bars, fold: span.fold) { computed.append(row) }
        return rows.first { row in
            let index = row - rows.lowerBound
            return !computed.hasRow(index, equalTo: span.firstColumn + index, of: asset.columns)
        }
    }
}

extension SignalColumns {
    /// Whether one row equals a row of other columns bit for bit.
    func hasRow(_ row: Int, equalTo otherRow: Int, of other: SignalColumns) -> Bool {
        guard row < count, otherRow < other.count else { return false }
        return time[row] == other.time[otherRow] && fold[row] == other.fold[otherRow]
            && target[row].bitPattern == other.target[otherRow].bitPattern
            && confidence[row].bitPattern == other.confidence[otherRow].bitPattern
            && stop[row].bitPattern == other.stop[otherRow].bitPattern
            && takeProfit[row].bitPattern == other.takeProfit[otherRow].bitPattern
    }
}
