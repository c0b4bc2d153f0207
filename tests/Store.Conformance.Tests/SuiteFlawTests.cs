[assembly: Parallelize(Scope = ExecutionScope.MethodLevel)]

namespace GlanceStore.Conformance;

/// <summary>The proof of the proof: a driver that breaks a promise fails the suite of that promise, and one that keeps them all passes.</summary>
[TestClass]
public sealed class SuiteFlawTests
{
    public static IEnumerable<object[]> Suites => SuiteCoverage.AllSuites.Select(suite => new object[] { suite.Name });

    [TestMethod]
    [DynamicData(nameof(Suites))]
    public async Task A_driver_without_a_flaw_passes(string suite)
    {
        var failures = await SuiteRun.FailuresAsync(Flawed(suite), Flaw.None);
        Assert.IsEmpty(failures, string.Join(Environment.NewLine, failures));
    }

    [TestMethod]
    [DataRow(Flaw.AbandonedWritesLeaveLitter, typeof(FlawedAbandonedWrite), "A_writer_disposed_without_a_commit_leaves_nothing_behind")]
    [DataRow(Flaw.AbandonedWritesLeaveLitter, typeof(FlawedCancellation), "A_put_cancelled_while_a_call_waits_leaves_nothing_behind")]
    [DataRow(Flaw.AbandonedWritesLeaveLitter, typeof(FlawedFault), "A_put_that_fails_for_good_at_any_step_says_why_and_leaves_nothing_behind")]
    [DataRow(Flaw.AbandonedWritesLeaveLitter, typeof(FlawedSizeContract), "Put_of_a_source_that_ends_early_leaves_nothing_behind")]
    [DataRow(Flaw.DeletesLeaveLitter, typeof(FlawedDelete), "A_deleted_image_is_gone_with_all_that_belonged_to_it")]
    [DataRow(Flaw.ImagesAreVisibleBeforeTheCommit, typeof(FlawedPut), "Nothing_is_visible_before_the_commit")]
    [DataRow(Flaw.CreatorsOverwriteEachOther, typeof(FlawedOverwrite), "Of_many_creators_exactly_one_wins")]
    [DataRow(Flaw.TakenIdsAreTransient, typeof(FlawedError), "The_driver_refuses_a_taken_id_at_its_commit")]
    [DataRow(Flaw.ChunksAreStoredAsTheyArrive, typeof(FlawedReorder), "Chunks_written_backwards_are_the_image")]
    [DataRow(Flaw.BuffersAreKept, typeof(FlawedReorder), "A_driver_is_done_with_the_bytes_when_a_write_returns")]
    [DataRow(Flaw.RangesAreOneByteOff, typeof(FlawedRange), "The_driver_reads_any_range_and_tells_the_size_of_the_whole")]
    [DataRow(Flaw.RangesAreOneByteOff, typeof(FlawedRange), "A_range_gives_its_bytes_and_no_others")]
    [DataRow(Flaw.RangesEndEarly, typeof(FlawedLie), "The_driver_ends_a_range_where_it_ends_and_not_sooner_or_later")]
    [DataRow(Flaw.RangesGoOn, typeof(FlawedLie), "The_driver_ends_a_range_where_it_ends_and_not_sooner_or_later")]
    [DataRow(Flaw.RangesGoOn, typeof(FlawedRange), "A_range_gives_its_bytes_and_no_others")]
    [DataRow(Flaw.SizesAreOfTheRange, typeof(FlawedLie), "The_size_is_that_of_the_whole_whatever_range_was_read_first")]
    [DataRow(Flaw.VersionTagsNeverChange, typeof(FlawedFind), "The_version_tag_changes_when_the_image_is_replaced_by_one_of_the_same_size")]
    [DataRow(Flaw.VersionTagsNeverChange, typeof(FlawedResume), "An_image_replaced_in_the_middle_of_a_read_is_never_spliced")]
    [DataRow(Flaw.AbsenceOfAnImageIsNoError, typeof(FlawedRead), "The_driver_says_NotFound_at_once")]
    [DataRow(Flaw.CancellationIsIgnored, typeof(FlawedCancellation), "A_put_cancelled_before_any_of_its_calls_leaves_nothing_behind")]
    [DataRow(Flaw.DeletesOfNothingAreTrue, typeof(FlawedDelete), "An_image_that_is_not_there_is_no_error")]
    [DataRow(Flaw.IdsAreFolded, typeof(FlawedLocation), "An_image_of_any_id_can_be_stored")]
    [DataRow(Flaw.SecretsStayInTheError, typeof(FlawedSecret), "A_malformed_location_with_a_secret_is_refused_without_telling_it")]
    [DataRow(Flaw.SizesAreWrong, typeof(FlawedFind), "An_image_is_found_with_its_size")]
    [DataRow(Flaw.SmallImagesAreLost, typeof(FlawedSizeEdge), "An_image_of_this_size_is_stored_and_verified")]
    [DataRow(Flaw.DeletesIgnoreTheVersion, typeof(FlawedDelete), "A_delete_that_names_another_version_leaves_the_image_as_it_is")]
    [DataRow(Flaw.DeletesOfAnotherVersionAreFalse, typeof(FlawedDelete), "A_delete_that_names_another_version_leaves_the_image_as_it_is")]
    [DataRow(Flaw.DeletesIgnoreTheVersion, typeof(FlawedDelete), "An_image_that_is_put_between_the_look_and_the_delete_is_not_deleted")]
    [DataRow(Flaw.DeletesOfNothingAreTrue, typeof(FlawedDelete), "A_delete_that_names_the_version_deletes_it")]
    [DataRow(Flaw.PagesOverlap, typeof(FlawedListing), "Every_image_is_told_exactly_once_over_all_pages")]
    [DataRow(Flaw.PagesLeaveAnImageOut, typeof(FlawedListing), "Every_image_is_told_exactly_once_over_all_pages")]
    [DataRow(Flaw.PagesLeaveAnImageOut, typeof(FlawedListing), "Ids_that_begin_with_each_other_are_images_of_their_own")]
    [DataRow(Flaw.PagesAreLongerThanAskedFor, typeof(FlawedListing), "The_driver_tells_no_more_images_in_a_page_than_were_asked_for_and_each_once")]
    [DataRow(Flaw.PrefixesAreIgnored, typeof(FlawedListing), "A_prefix_leaves_out_the_others_and_no_image_of_its_own")]
    [DataRow(Flaw.ListedSizesAreWrong, typeof(FlawedListing), "An_image_is_listed_as_it_is_found")]
    [DataRow(Flaw.ListedVersionsAreWrong, typeof(FlawedListing), "An_image_is_listed_as_it_is_found")]
    [DataRow(Flaw.UploadsAreListed, typeof(FlawedListing), "Nothing_of_an_upload_is_among_the_images_before_its_commit")]
    [DataRow(Flaw.UploadsKeepOthersOut, typeof(FlawedStandstill), "Downloads_and_uploads_that_stand_still_keep_neither_reads_nor_puts_waiting")]
    [DataRow(Flaw.RangesAreOneByteOff, typeof(FlawedStandstill), "Downloads_that_have_paused_keep_no_other_waiting_and_go_on_with_the_right_bytes")]
    public async Task A_driver_with_a_flaw_fails(Flaw flaw, Type suite, string testCase)
    {
        var failures = await SuiteRun.FailuresAsync(suite, flaw);
        Assert.IsTrue(failures.Any(failure => failure.StartsWith(testCase + ":", StringComparison.Ordinal)),
            $"{testCase} passed; what failed: {string.Join(Environment.NewLine, failures)}");
    }

    [TestMethod]
    [DataRow(Lie.PartOfNothing, "range")]
    [DataRow(Lie.PartForWhole, "range")]
    [DataRow(Lie.VoidLength, "image")]
    [DataRow(Lie.Encoded, "body")]
    [DataRow(Lie.BodyThatGoesOn, "body")]
    [DataRow(Lie.PartFromElsewhere, "range")]
    public async Task A_driver_that_believes_every_answer_fails(Lie lie, string what)
    {
        var failures = await SuiteRun.FailuresAsync(typeof(TrustingLie), Flaw.None);
        Assert.IsTrue(failures.Any(failure => failure.Contains(lie.ToString(), StringComparison.Ordinal) && failure.Contains(what, StringComparison.Ordinal)),
            $"It was believed that {lie}, and nothing failed but: {string.Join(Environment.NewLine, failures)}");
    }

    private static Type Flawed(string suite) =>
        typeof(SuiteFlawTests).Assembly.GetType($"{typeof(SuiteFlawTests).Namespace}.Flawed{suite[..suite.IndexOf("Suite", StringComparison.Ordinal)]}", throwOnError: true)!;
}
