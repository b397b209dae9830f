import PyaSyntax

/// A frame in progress: one whose call in progress was recorded (`CallSites`), or one that awaits a frame in progress.
struct RecordedFrame {
  let site: CallSite
  /// How many frames further in the innermost one is.
  let distance: Int
}

/// Who called whom: `f_back`, `stacklevel`, the stack that `traceback` and `inspect` show.
///
/// A chain of suspended frames is resumed at its inner end (`Driving.swift`), so those that wait for the frame that runs are in no call. CPython
/// goes through all of them: here they stand behind the frame that they wait for.
extension Runtime {
  /// The recorded frames, innermost first. Each counts once, however many of its calls are nested.
  var framesInProgress: [RecordedFrame] {
    var depth = Int.max
    var waiting = 0
    var found: [RecordedFrame] = []
    let innermost = machine.pointee.depth
    for site in callSites.stack.reversed() where site.depth < depth {
      depth = site.depth
      found.append(RecordedFrame(site: site, distance: innermost - depth + waiting))
      var awaiter = site.frame.suspendable?.awaiter
      while let frame = awaiter {
        waiting += 1
        found.append(RecordedFrame(site: frame.placeOfWaiting(depth), distance: innermost - depth + waiting))
        awaiter = frame.awaiter
      }
    }
    return found
  }

  var recordedFrames: [CallSite] { framesInProgress.map(\.site) }

  /// The recorded frame of the program itself, so many of them further out than the innermost; the outermost, where there are fewer.
  func programSite(level: Int) -> CallSite? {
    let sites = recordedFrames.filter { !$0.file.isLibrary }
    return sites.isEmpty ? nil : sites[min(level, sites.count - 1)]
  }
}

extension SuspendableFrame {
  /// Where this frame awaits one that runs at this depth.
  fileprivate func placeOfWaiting(_ depth: Int) -> CallSite {
    CallSite(frame: frame, globals: function.globals, range: tracebackEntry.range, depth: depth)
  }
}
