package import Core

/// Finds the rows that do not fit the order of time, setting aside as few as possible.
package enum BarOrder {
    /// The places of the longest run of rows of which each opens at least one interval after the one before it, and a
    /// fault for every other row; nil when all rows fit.
    package static func check(_ rows: BarRows, interval: BarInterval) -> (kept: [Int], faults: [BarFault])? {
        let times = rows.openTimes
        let step = interval.milliseconds
        if times.count < 2 || (1..<times.count).allSatisfy({ times[$0] - times[$0 - 1] >= step }) { return nil }
        let kept = longestRun(times, step: step)
        var faults: [BarFault] = []
        var next = 0
        for row in times.indices {
            if next < kept.count, kept[next] == row {
                next += 1
            } else {
                faults.append(BarFault(line: rows.lines[row], kind: kind(of: row, rows, kept)))
            }
        }
        return (kept, faults)
    }

    /// Patience sorting: `tails[k]` is the row that ends the run of length k + 1 with the earliest last time.
    private static func longestRun(_ times: [Int64], step: Int64) -> [Int] {
        var tails: [Int] = []
        var before = [Int](repeating: -1, count: times.count)
        for row in times.indices {
            let place = tails.partitionPoint { times[$0] + step > times[row] }
            before[row] = place > 0 ? tails[place - 1] : -1
            if place == tails.count {
                tails.append(row)
            } else if times[row] < times[tails[place]] {
                tails[place] = row
            }
        }
        var run: [Int] = []
        var row = tails.last ?? -1
        while row >= 0 {
            run.append(row)
            row = before[row]
        }
        return run.reversed()
    }

    private static func kind(of row: Int, _ rows: BarRows, _ kept: [Int]) -> BarFault.Kind {
        let time = rows.openTimes[row]
        let place = kept.partitionPoint { rows.openTimes[$0] > time }
        guard place > 0 else { return .outOfOrder }
        let neighbour = kept[place - 1]
        let later = time - rows.openTimes[neighbour]
        if later == 0 { return .duplicate(ofLine: rows.lines[neighbour]) }
        let isBetween = neighbour < row && (place == kept.count || kept[place] > row)
        return isBetween ? .overlap(millisecondsLater: later) : .outOfOrder
    }
}

extension Array {
    /// The first place at which `isAbove` holds, in an array where it holds for a tail only.
    fileprivate func partitionPoint(_ isAbove: (Element) -> Bool) -> Int {
        var low = 0
        var high = count
        while low < high {
            let middle = (low + high) / 2
            if isAbove(self[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
